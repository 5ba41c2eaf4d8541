import {type Route} from './route.ts';

/**
 * The routes by their paths, as Go's ServeMux finds them: the path itself, else the longest prefix that ends in a slash
 * (http-core.md §1.1). A look-up costs as many looks into a map as the longest prefix has segments; one where nothing is
 * served below a prefix of two segments (`/v1/kv/`), since most requests are for such.
 */
export class RouteTable {
  readonly #routes = new Map<string, Route>();
  /** Prefixes whose path without its slash is no route and no page. */
  readonly #withoutSlash = new Set<string>();
  /** Prefixes of two segments below which nothing has a route of its own. */
  readonly #leaves = new Map<string, Route>();
  readonly #slashesMax: number;

  /** @param pages paths that are served beside the routes */
  constructor(routes: readonly Route[], pages: readonly string[]) {
    for (const route of routes) this.#routes.set(route.path, route);
    const paths = new Set([...this.#routes.keys(), ...pages]);
    let slashesMax = 0;
    for (const path of paths) {
      if (!path.endsWith('/')) continue;
      slashesMax = Math.max(slashesMax, path.split('/').length - 1);
      if (!paths.has(path.slice(0, -1))) this.#withoutSlash.add(path.slice(0, -1));
    }
    this.#slashesMax = slashesMax;
    for (const route of routes) {
      const {path} = route;
      const isLeaf = path.length > 1 && path.endsWith('/') && secondSlash(path) === path.length - 1;
      if (isLeaf && ![...paths].some((other) => other !== path && other.startsWith(path))) this.#leaves.set(path, route);
    }
  }

  /** True for a prefix that is asked for without its slash, and so redirects to the slash form. */
  lacksSlash(path: string): boolean {
    return this.#withoutSlash.has(path);
  }

  /** The route of a path below a prefix of two segments that nothing else begins with: no redirect concerns it. */
  leaf(path: string): Route | undefined {
    const end = secondSlash(path);
    return end < 0 ? undefined : this.#leaves.get(path.slice(0, end + 1));
  }

  find(path: string): Route | undefined {
    const exact = this.#routes.get(path);
    if (exact !== undefined) return exact;
    let found: Route | undefined;
    let at = -1;
    for (let slashes = 0; slashes < this.#slashesMax; slashes++) {
      at = path.indexOf('/', at + 1);
      if (at < 0) break;
      found = this.#routes.get(path.slice(0, at + 1)) ?? found;
    }
    return found;
  }
}

/** Where the second segment ends; -1 when it does not. */
function secondSlash(path: string): number {
  const first = path.indexOf('/', 1);
  return first < 0 ? -1 : path.indexOf('/', first + 1);
}
