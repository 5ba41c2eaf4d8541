import {ConsulError} from '../consul-error.ts';

export const mustProvideId = (): ConsulError => new ConsulError('Must provide ID');
export const mustProvideNode = (): ConsulError => new ConsulError('Must provide Node');
export const invalidOperation = (op: string): ConsulError => new ConsulError(`Invalid session operation ${JSON.stringify(op)}`);
export const invalidBehavior = (behavior: string): ConsulError => new ConsulError(`Invalid Behavior setting '${behavior}'`);
export const invalidTtl = (ttl: string, why: string): ConsulError => new ConsulError(`Session TTL '${ttl}' invalid: ${why}`);
export const ttlOutOfBounds = (ttlNs: number, bounds: string): ConsulError =>
  new ConsulError(`Invalid Session TTL '${ttlNs}', must be between [${bounds}]`);
export const missingNode = (): ConsulError => new ConsulError('Missing node registration');
export const missingCheck = (check: string): ConsulError => new ConsulError(`Missing check '${check}' registration`);
export const criticalCheck = (check: string): ConsulError => new ConsulError(`Check '${check}' is in critical state`);
/** What the log adds before whatever applying a session entry refused with (rpc-raft.md §7). */
export const applyFailed = (error: ConsulError): ConsulError => new ConsulError(`apply failed: ${error.message}`);

export const missingSession = (): ConsulError => new ConsulError('Missing session', 400);
export const missingNodeName = (): ConsulError => new ConsulError('Missing node name', 400);
export const unknownSession = (id: string): ConsulError => new ConsulError(`Session id '${id}' not found`, 404);
export const crossDatacenter = (): ConsulError => new ConsulError('cross datacenter lock must be created at server agent');
