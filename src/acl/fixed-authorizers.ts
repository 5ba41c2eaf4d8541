import {type Authorizer, type TokenResolver} from './authorizer.ts';

/** Allows everything: what every token gets while ACLs are off. */
export const allowAll: Authorizer = {
  fingerprint: 'allow',
  accessorId: undefined,
  allows: () => true,
  allowsPrefix: () => true,
};

/** Denies everything. */
export const denyAll: Authorizer = {
  fingerprint: 'deny',
  accessorId: undefined,
  allows: () => false,
  allowsPrefix: () => false,
};

/** Gives every token the same authorizer. */
export function fixedResolver(authorizer: Authorizer): TokenResolver {
  return {resolve: () => authorizer};
}
