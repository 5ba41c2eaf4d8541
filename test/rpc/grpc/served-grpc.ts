import {type Duplex} from 'node:stream';
import {GrpcPool} from '../../../src/rpc/grpc/grpc-pool.ts';
import {type GrpcMethod, GrpcServer} from '../../../src/rpc/grpc/grpc-server.ts';
import {dialer, type DialTarget} from '../../../src/rpc/net/dial.ts';
import {firstByte} from '../../../src/rpc/net/first-byte.ts';
import {type NodeTls} from '../../../src/rpc/net/node-tls.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {closeAfterTest, echo, serve} from '../net/served.ts';

/** A port 8300 of its own that serves gRPC. */
export async function serveGrpc(
  methods: Readonly<Record<string, GrpcMethod>>,
  tls?: NodeTls,
): Promise<{readonly target: DialTarget; readonly server: GrpcServer}> {
  const server = new GrpcServer({methods: new Map(Object.entries(methods)), clock: systemClock, logger: silentLogger});
  const {target} = await serve(echo, {handlers: new Map([[firstByte.grpc, (stream: Duplex, {address}) => server.accept(stream, address)]]), ...(tls !== undefined && {tls})});
  closeAfterTest(() => Promise.resolve(server.close()));
  return {target, server};
}

export function grpcPool(tls?: NodeTls): GrpcPool {
  const pool = new GrpcPool({dial: dialer({clock: systemClock, ...(tls !== undefined && {tls})}), clock: systemClock});
  closeAfterTest(() => Promise.resolve(pool.close()));
  return pool;
}
