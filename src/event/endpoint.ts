import {type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {errorText} from '../runtime/thrown.ts';
import {QueryMeta} from '../schema/rpc-common.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {internalEventFire} from './methods.ts';
import {eventPrefix} from './wire-event.ts';

export interface EventEndpointOptions {
  readonly resolver: TokenResolver;
  /** Fires a Serf user event in the LAN pool. @throws Error when it is too large */
  readonly fire: (name: string, payload: ByteString) => Promise<void>;
}

/** Internal.EventFire of port 8300 (rpc-raft.md §9). */
export function eventEndpoints({resolver, fire}: EventEndpointOptions): readonly Endpoint[] {
  return [
    endpoint(internalEventFire, async ({Name, Payload, Token}) => {
      // What was missing is not said here.
      if (!(await resolver.resolve(Token)).allows('event', 'write', Name)) throw new ConsulError('Permission denied', 403);
      try {
        await fire(eventPrefix + Name, Payload);
      } catch (error) {
        throw new ConsulError(`error broadcasting event: ${errorText(error)}`);
      }
      return QueryMeta.zero();
    }),
  ];
}
