import {type Method} from '../rpc/method.ts';
import {EventFireRequest, EventFireResponse} from './schema.ts';

/** Any server of the datacenter may bring an event into its pool (rpc-raft.md §9). */
export const internalEventFire: Method<EventFireRequest, EventFireResponse> = {
  name: 'Internal.EventFire', kind: 'read', request: EventFireRequest, response: EventFireResponse};
