import {createSocket, type Socket as UdpSocket} from 'node:dgram';
import {connect} from 'node:net';
import {type Clock} from '../runtime/clock.ts';
import {type RecursorAddress} from './recursor-address.ts';
import {TcpFrames} from './server/tcp-frames.ts';
import {isIPv6} from 'node:net';

/** One message to a recursor and its reply. */
export interface Exchange {
  readonly message: Uint8Array;
  readonly to: RecursorAddress;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Whether `reply` answers `query`: its id, and it is a response. */
function answers(query: Uint8Array, reply: Uint8Array): boolean {
  return reply.length >= 12 && reply[0] === query[0] && reply[1] === query[1] && ((reply[2] ?? 0) & 0x80) !== 0;
}

/**
 * Asks over UDP, from a port of its own that hears that recursor alone.
 * @throws Error on a network error, or when no reply comes in time
 */
export function exchangeUdp({message, to, timeoutMs, clock}: Exchange): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket: UdpSocket = createSocket({type: isIPv6(to.host) ? 'udp6' : 'udp4'});
    const timer = clock.setTimer(timeoutMs, () => finish(() => reject(new Error(`read udp ${to.host}:${to.port}: i/o timeout`))));
    let isOpen = true;
    const finish = (settle: () => void): void => {
      if (!isOpen) return;
      isOpen = false;
      timer.cancel();
      socket.close();
      settle();
    };
    socket.on('error', (error) => finish(() => reject(error)));
    socket.on('message', (reply) => {
      if (answers(message, reply)) finish(() => resolve(reply));
    });
    socket.connect(to.port, to.host, () => {
      if (isOpen) socket.send(message);
    });
  });
}

/** Asks over TCP. @throws Error as {@link exchangeUdp} does, or when the connection ends first */
export function exchangeTcp({message, to, timeoutMs, clock}: Exchange): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({host: to.host, port: to.port});
    const timer = clock.setTimer(timeoutMs, () => finish(() => reject(new Error(`read tcp ${to.host}:${to.port}: i/o timeout`))));
    const finish = (settle: () => void): void => {
      timer.cancel();
      socket.destroy();
      settle();
    };
    const frames = new TcpFrames();
    socket.on('error', (error) => finish(() => reject(error)));
    socket.on('close', () => finish(() => reject(new Error(`read tcp ${to.host}:${to.port}: EOF`))));
    socket.on('data', (chunk: Buffer) => {
      frames.push(chunk);
      for (let reply = frames.next(); reply !== null; reply = frames.next()) {
        const whole = reply;
        if (answers(message, whole)) finish(() => resolve(whole));
      }
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.write(Buffer.concat([length, message]));
  });
}
