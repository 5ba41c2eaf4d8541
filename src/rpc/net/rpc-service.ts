import {type RpcBody} from './long-body.ts';

/** A request as it came over the wire. */
export interface IncomingCall {
  /** `Receiver.Method`. */
  readonly method: string;
  /** The body as it was sent; it stays valid. */
  readonly body: Buffer;
  /** Address of the caller. */
  readonly from: string;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

/** What answers the requests of port 8300. */
export interface RpcService {
  /**
   * @returns the encoded body of the answer
   * @throws RpcRejectedError when no handler saw the request; anything else is answered with its text
   */
  answer(call: IncomingCall): Promise<RpcBody>;
}
