import {type Type} from '../schema/type.ts';

/**
 * read: takes QueryOptions, may block, may be served stale. write: takes WriteRequest, needs the leader.
 * local: answered by whichever server it reaches (rpc-raft.md §7, §8).
 */
export type MethodKind = 'read' | 'write' | 'local';

/** A method as agents ask each other for it over gRPC. The token travels beside the message (`x-consul-token`). */
export interface GrpcForm<Req, Res> {
  /** `/package.Service/Method` */
  readonly path: string;
  encodeRequest(request: Req): Uint8Array;
  /** @throws ProtobufError */
  decodeRequest(message: Uint8Array, token: string): Req;
  encodeResponse(response: Res): Uint8Array;
  /** @throws ProtobufError */
  decodeResponse(message: Uint8Array): Res;
  tokenOf(request: Req): string;
}

/** A method of port 8300: its name and the shapes of both bodies. */
export interface Method<Req, Res> {
  /** `Receiver.Method`, case-sensitive. */
  readonly name: string;
  readonly kind: MethodKind;
  readonly request: Type<Req>;
  readonly response: Type<Res>;
  /** Set where Consul has it as gRPC only: then it is never called by its name from one agent to another. */
  readonly grpc?: GrpcForm<Req, Res>;
}
