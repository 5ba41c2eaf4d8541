import {type Route} from './route.ts';

/**
 * The routes by their paths, as Go's ServeMux finds them: the path itself, else the longest prefix that ends in a slash
 * (http-core.md §1.1). A look-up costs as many looks into a map as the longest prefix has segments.
 */
export class RouteTable {
  readonly #routes = new Map<string, Route>();
  /** Prefixes whose path without its slash is no route and no page. */
  readonly #withoutSlash = new Set<string>();
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
  }

  /** True for a prefix that is asked for without its slash, and so redirects to the slash form. */
  lacksSlash(path: string): boolean {
    return this.#withoutSlash.has(path);
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
