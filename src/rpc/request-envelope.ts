import {struct, type TypeOf} from '../schema/struct.ts';
import {bool, duration, str, uint} from '../schema/types.ts';
import {type Method} from './method.ts';

/** What decides where a request is answered, and for how long it may be waited for: fields that all requests share. */
export const RequestEnvelope = struct('RequestEnvelope', {
  Datacenter: str,
  AllowStale: bool,
  RequireConsistent: bool,
  MinQueryIndex: uint,
  MaxQueryTime: duration,
});
export type RequestEnvelope = TypeOf<typeof RequestEnvelope>;

const noEnvelope = RequestEnvelope.zero();

/** The envelope of a request; what it does not have is zero. */
export function envelopeOf(request: unknown): RequestEnvelope {
  if (typeof request !== 'object' || request === null) return noEnvelope;
  const {Datacenter = '', AllowStale = false, RequireConsistent = false, MinQueryIndex = 0, MaxQueryTime = 0} = request as Partial<RequestEnvelope>;
  return {Datacenter, AllowStale, RequireConsistent, MinQueryIndex, MaxQueryTime};
}

/**
 * The envelope of a body as it came over the wire. Bodies that are no map (config entries marshal themselves) are read
 * with their method's own shape, where there is one.
 * @throws MsgpackError
 */
export function envelopeOfBody(body: Buffer, method: Method<unknown, unknown> | undefined): RequestEnvelope {
  const first = body[0] ?? 0xc0;
  const isMap = (first >= 0x80 && first < 0x90) || first === 0xde || first === 0xdf;
  if (isMap) return RequestEnvelope.fromMsgpack(body);
  return method === undefined ? noEnvelope : envelopeOf(method.request.fromMsgpack(body));
}
