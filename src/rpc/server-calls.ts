import {type Method} from './method.ts';
import {type DialTarget} from './net/dial.ts';
import {type CallOptions} from './net/rpc-client-stream.ts';

/** Calls to other servers. */
export interface ServerCalls {
  /** @throws RpcCallError */
  call<Req, Res>(server: DialTarget, method: Method<Req, Res>, request: Req, options: CallOptions): Promise<Res>;
  /** The same with bodies as they are on the wire. @throws RpcCallError */
  callRaw(server: DialTarget, method: string, body: Uint8Array, options: CallOptions): Promise<Buffer>;
}
