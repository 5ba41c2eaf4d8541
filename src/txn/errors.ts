import {ConsulError} from '../consul-error.ts';

const quoted = (text: string): string => JSON.stringify(text);

export const unknownVerb = (kind: 'KV' | 'node' | 'service' | 'check' | 'session', verb: string): ConsulError =>
  new ConsulError(`unknown ${kind} operation: ${verb}`);
export const missingKey = (key: string): ConsulError => new ConsulError(`key ${quoted(key)} doesn't exist`);
export const keyExists = (key: string): ConsulError => new ConsulError(`key ${quoted(key)} exists`);
export const staleKey = (verb: 'set' | 'delete', key: string): ConsulError => new ConsulError(`failed to ${verb} key ${quoted(key)}, index is stale`);
export const lockHeld = (key: string): ConsulError => new ConsulError(`failed to lock key ${quoted(key)}, lock is already held`);
export const lockDelayed = (key: string): ConsulError => new ConsulError(`failed to lock key ${quoted(key)} due to lock delay`);
export const lockNotHeld = (key: string): ConsulError =>
  new ConsulError(`failed to unlock key ${quoted(key)}, lock isn't held, or is held by another session`);
export const checkMissing = (what: 'index' | 'session', key: string): ConsulError =>
  new ConsulError(`failed to check ${what}, key ${quoted(key)} doesn't exist`);
export const otherIndex = (key: string, current: number, wanted: number): ConsulError =>
  new ConsulError(`failed index check for key ${quoted(key)}, current modify index ${current} != ${wanted}`);
export const otherSession = (key: string, current: string, wanted: string): ConsulError =>
  new ConsulError(`failed session check for key ${quoted(key)}, current session ${quoted(current)} != ${quoted(wanted)}`);

/** Names as the texts have them: `node "n"`, `service "s" on node "n"`, `check "c" on node "n"`. */
export const onNode = (kind: 'service' | 'check', id: string, node: string): string => `${kind} ${quoted(id)} on node ${quoted(node)}`;
export const nodeNamed = (node: string): string => `node ${quoted(node)}`;
export const missingThing = (thing: string): ConsulError => new ConsulError(`${thing} doesn't exist`);
export const staleThing = (verb: 'set' | 'delete', thing: string): ConsulError => new ConsulError(`failed to ${verb} ${thing}, index is stale`);

/** What a lookup of a check without an id says, after what was tried. */
export const checkIdMissing = (tried: string): ConsulError => new ConsulError(`${tried}: index error: object is missing a value for this index`);

export const tooManyOperations = (count: number, max: number): ConsulError =>
  new ConsulError(`Transaction contains too many operations (${count} > ${max})`, 413);
export const requestTooLarge = (bytes: number, maxBytes: number): ConsulError =>
  new ConsulError(
    `Request body(${bytes} bytes) too large, max size: ${maxBytes} bytes. See https://developer.hashicorp.com/docs/agent/config/config-files#txn_max_req_len.`,
    413,
  );
export const valueTooLarge = (key: string, bytes: number, maxBytes: number): ConsulError =>
  new ConsulError(`Value for key ${quoted(key)} is too large (${bytes} > ${maxBytes} bytes)`, 413);
export const parseFailed = (why: string): ConsulError => new ConsulError(`Failed to parse body: ${why}`, 400);
