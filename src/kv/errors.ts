import {ConsulError} from '../consul-error.ts';

export const mustProvideKey = (): ConsulError => new ConsulError('Must provide key');
export const missingKeyName = (): ConsulError => new ConsulError('Missing key name', 400);
export const missingSession = (): ConsulError => new ConsulError('missing session');
export const invalidSession = (session: string): ConsulError => new ConsulError(`invalid session ${JSON.stringify(session)}`);
export const unknownOperation = (op: string): ConsulError => new ConsulError(`unknown KV operation: ${op}`);
export const invalidOperation = (op: string): ConsulError => new ConsulError(`Invalid KVS operation '${op}'`);
/** What the log adds before whatever applying a KV entry refused with (rpc-raft.md §7). */
export const applyFailed = (error: ConsulError): ConsulError => new ConsulError(`raft apply failed: ${error.message}`);

/** Two of cas, acquire, release in one request; the text is the re-encoded query (http-core.md §12.2). */
export const conflictingFlags = (query: string): ConsulError => new ConsulError(`Conflicting flags: ${query}\n`, 400);

export const valueTooLarge = (bytes: number, maxBytes: number): ConsulError =>
  new ConsulError(
    `Request body(${bytes} bytes) too large, max size: ${maxBytes} bytes. See https://developer.hashicorp.com/docs/agent/config/config-files#kv_max_value_size.`,
    413,
  );

/** Go's strconv.ParseUint (base 10, 64 bits), which names the text it could not read. */
export const badUint = (text: string, why: 'invalid syntax' | 'value out of range'): ConsulError =>
  new ConsulError(`strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
