import {ConsulError} from '../consul-error.ts';
import {collect, type Sliced} from '../runtime/slices.ts';

/** The kinds of things a rule can name (acl.md §5). */
export type Resource =
  | 'acl'
  | 'agent'
  | 'event'
  | 'identity'
  | 'intention'
  | 'key'
  | 'keyring'
  | 'mesh'
  | 'node'
  | 'operator'
  | 'peering'
  | 'query'
  | 'service'
  | 'session';

export type Access = 'read' | 'list' | 'write';

/** What a token may do. Questions are answered at once, from what resolving the token brought. */
export interface Authorizer {
  /** Equal for authorizers that answer every question alike: what was kept for one never serves another. */
  readonly fingerprint: string;
  /** For messages: the accessor id, or undefined for the anonymous token. */
  readonly accessorId: string | undefined;
  /** @param name what is asked about; '' for resources without names (operator, keyring, acl …) */
  allows(resource: Resource, access: Access, name: string): boolean;
  /** `key:write` below a prefix, as a recursive delete needs: the prefix and every rule under it must allow it. */
  allowsPrefix(resource: 'key', access: Access, prefix: string): boolean;
}

/** Finds out what a token may do; asked again each time a blocked query wakes. */
export interface TokenResolver {
  /** @throws ConsulError 403 `ACL not found` for an unknown secret */
  resolve(secret: string): Promise<Authorizer> | Authorizer;
}

/** Refuses unless the authorizer allows it, with Consul's text (http-core.md §1.5). */
export function demand(authorizer: Authorizer, resource: Resource, access: Access, name = ''): void {
  if (!authorizer.allows(resource, access, name)) throw permissionDenied(authorizer, resource, access, name);
}

/** The error for a missing permission; its text names the token's accessor, never its secret. */
export function permissionDenied(authorizer: Authorizer, resource: Resource, access: Access, name: string): ConsulError {
  const on = name === '' ? '' : ` on ${JSON.stringify(name)}`;
  const text =
    authorizer.accessorId === undefined
      ? `Permission denied: anonymous token lacks permission '${resource}:${access}'${on}. The anonymous token is used implicitly when a request does not specify a token.`
      : `Permission denied: token with AccessorID '${authorizer.accessorId}' lacks permission '${resource}:${access}'${on}`;
  return new ConsulError(text, 403);
}

/** As `filterAllowed`, for lists that may be very long. */
export function* filterLong<T>(list: readonly T[], allows: (element: T) => boolean): Sliced<{kept: readonly T[]; dropped: boolean}> {
  const kept = yield* collect(list, (element) => (allows(element) ? element : undefined));
  return kept.length === list.length ? {kept: list, dropped: false} : {kept, dropped: true};
}

/** Keeps the elements that `allows` lets through; the same list, not a copy, when nothing is dropped. */
export function filterAllowed<T>(list: readonly T[], allows: (element: T) => boolean): {kept: readonly T[]; dropped: boolean} {
  const kept = list.filter(allows);
  return kept.length === list.length ? {kept: list, dropped: false} : {kept, dropped: true};
}
