import {connect, isIPv6, type Socket} from 'node:net';
import {type Duplex} from 'node:stream';
import {type Clock} from '../../runtime/clock.ts';
import {systemErrorText} from '../../runtime/system-error.ts';
import {DIAL_TIMEOUT_MS, TCP_KEEP_ALIVE_MS} from './limits.ts';
import {firstByte} from './first-byte.ts';

/** Whom to reach, and what the TLS handshake must know of it. */
export interface DialTarget {
  /** ip:port, with brackets around an IPv6 address. */
  readonly address: string;
  readonly datacenter: string;
  /** Node name of the server. */
  readonly name: string;
}

/** Makes connections to other servers' port 8300, past the first byte. */
export type Dial = (target: DialTarget, byte: number) => Promise<Duplex>;

export interface DialerOptions {
  readonly clock: Clock;
  readonly timeoutMs?: number;
  /** Our own IP address that connections are made from; absent: the system chooses. */
  readonly sourceAddress?: string | undefined;
  /** Absent: connections are plain (rpc-raft.md §2). */
  readonly tls?: OutgoingTls | undefined;
}

/** TLS towards servers, looked at for each connection. */
export interface OutgoingTls {
  /** Wraps a connection after its byte 3 was sent; undefined: connections are plain. */
  readonly outgoing: ((socket: Socket, target: DialTarget) => Promise<Duplex>) | undefined;
}

/**
 * @returns a dialer that says byte 3 and shakes hands first where TLS is on, then the byte it is asked for
 * @throws (the dialer) Error with Go's text: `dial tcp 10.0.0.2:0->10.0.0.1:8300: connect: connection refused`
 */
export function dialer(options: DialerOptions): Dial {
  return async (target, byte) => {
    const socket = await connectTcp(target.address, options);
    const tls = options.tls?.outgoing;
    if (tls === undefined) {
      socket.write(Uint8Array.of(byte));
      return socket;
    }
    socket.write(Uint8Array.of(firstByte.tls));
    const stream = await tls(socket, target);
    await say(stream, byte);
    return stream;
  };
}

/**
 * Resolves when the byte is on its way. Whoever takes the connection over may write past Node's streams, as HTTP/2 does,
 * and Node does not survive that while a write of TLS is under way.
 */
function say(stream: Duplex, byte: number): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.write(Uint8Array.of(byte), (error) => {
      // An error may be told a second time, by the stream itself.
      if (error) return reject(error);
      stream.off('error', reject);
      resolve();
    });
  });
}

function connectTcp(address: string, {clock, timeoutMs = DIAL_TIMEOUT_MS, sourceAddress}: DialerOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const {host, port} = splitAddress(address);
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
      family: isIPv6(host) ? 6 : 4,
      ...(sourceAddress !== undefined && {localAddress: sourceAddress}),
    });
    const source = sourceAddress === undefined ? '<nil>' : isIPv6(sourceAddress) ? `[${sourceAddress}]:0` : `${sourceAddress}:0`;
    const fail = (text: string): void => {
      timer.cancel();
      socket.destroy();
      reject(new Error(`dial tcp ${source}->${address}: ${text}`));
    };
    const timer = clock.setTimer(timeoutMs, () => fail('i/o timeout'));
    const onError = (error: NodeJS.ErrnoException): void => fail(goErrorText(error));
    socket.once('error', onError);
    socket.once('connect', () => {
      timer.cancel();
      socket.off('error', onError);
      resolve(socket);
    });
  });
}

function splitAddress(address: string): {host: string; port: number} {
  const at = address.lastIndexOf(':');
  return {host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1))};
}

function goErrorText(error: Error): string {
  return `connect: ${systemErrorText(error)}`;
}
