import {type Duplex} from 'node:stream';
import {afterEach} from 'vitest';
import {ConnectionPool} from '../../../src/rpc/net/connection-pool.ts';
import {dialer, type DialTarget} from '../../../src/rpc/net/dial.ts';
import {firstByte} from '../../../src/rpc/net/first-byte.ts';
import {RpcListener, type RpcListenerOptions} from '../../../src/rpc/net/rpc-listener.ts';
import {RpcServer, type RpcServerOptions} from '../../../src/rpc/net/rpc-server.ts';
import {type IncomingCall, type RpcService} from '../../../src/rpc/net/rpc-service.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** What a test starts is closed after it. */
export function closeAfterTest(close: () => Promise<void>): void {
  closers.push(close);
}

export interface Served {
  readonly target: DialTarget;
  readonly server: RpcServer;
  readonly listener: RpcListener;
}

/** A listener on a port of the system's choice that serves `answer` as msgpack-rpc. */
export async function serve(answer: RpcService['answer'], listen: Partial<RpcListenerOptions> = {}, options: Partial<RpcServerOptions> = {}): Promise<Served> {
  const server = new RpcServer({service: {answer}, clock: systemClock, logger: silentLogger, ...options});
  const listener = new RpcListener({
    host: '127.0.0.1',
    port: 0,
    handlers: new Map([
      [firstByte.rpc, (stream: Duplex, peer) => server.serveStream(stream, peer)],
      [firstByte.multiplexed, (stream: Duplex, peer) => server.serveSession(stream, peer)],
    ]),
    clock: systemClock,
    logger: silentLogger,
    ...listen,
  });
  const {port} = await listener.listen();
  closeAfterTest(() => listener.close());
  return {target: {address: `127.0.0.1:${port}`, datacenter: 'dc1', name: 's1'}, server, listener};
}

export function pool(idleConnectionMs?: number): ConnectionPool {
  const made = new ConnectionPool({dial: dialer({clock: systemClock}), clock: systemClock, ...(idleConnectionMs === undefined ? {} : {idleConnectionMs})});
  closeAfterTest(() => Promise.resolve(made.close()));
  return made;
}

/** Answers a request with its own body. */
export const echo = ({body}: IncomingCall): Promise<Buffer> => Promise.resolve(body);
