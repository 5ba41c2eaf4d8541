import {type Socket} from 'node:net';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type DnsEngine} from '../dns-engine.ts';
import {tcpFirstReadTimeoutMs, tcpIdleTimeoutMs, tcpQueriesInFlightMax, tcpQueriesMax} from '../limits.ts';
import {type DnsClient} from '../step.ts';
import {TcpFrames} from './tcp-frames.ts';

/** One client over TCP: pipelined questions, answered as each is ready (RFC 7766 §6.2.1.1, §7). */
export class TcpConnection {
  readonly #socket: Socket;
  readonly #engine: DnsEngine;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #client: DnsClient;
  readonly #frames = new TcpFrames();
  #timer: Timer;
  #served = 0;
  #inFlight = 0;

  constructor(socket: Socket, engine: DnsEngine, clock: Clock, logger: Logger) {
    this.#socket = socket;
    this.#engine = engine;
    this.#clock = clock;
    this.#logger = logger;
    this.#client = {transport: 'tcp', address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0};
    this.#timer = clock.setTimer(tcpFirstReadTimeoutMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.#frames.push(chunk);
      this.#serve();
    });
    // A client that closes in the middle is no event; 'close' follows and tidies up.
    socket.on('error', (error) => logger.debug('DNS TCP connection failed', {error: error.message}));
    socket.on('close', () => this.#timer.cancel());
    socket.on('drain', () => this.#serve());
  }

  #serve(): void {
    while (this.#served < tcpQueriesMax && this.#inFlight < tcpQueriesInFlightMax && !this.#socket.writableNeedDrain) {
      const message = this.#frames.next();
      if (message === null) break;
      this.#served++;
      this.#rearm();
      this.#answer(message);
    }
    if (this.#served >= tcpQueriesMax && this.#inFlight === 0) this.#socket.end();
    // While answers are owed, more questions wait in the kernel.
    const isFull = this.#inFlight >= tcpQueriesInFlightMax || this.#socket.writableNeedDrain || this.#served >= tcpQueriesMax;
    if (isFull) this.#socket.pause();
    else this.#socket.resume();
  }

  #rearm(): void {
    this.#timer.cancel();
    this.#timer = this.#clock.setTimer(tcpIdleTimeoutMs, () => this.#socket.destroy());
  }

  #answer(message: Buffer): void {
    const kept = this.#engine.answerKept(message, 'tcp');
    if (kept !== null) return this.#write(kept);
    this.#inFlight++;
    this.#engine.answer(message, this.#client).then(
      (answer) => {
        this.#inFlight--;
        if (answer !== null) this.#write(answer);
        this.#serve();
      },
      (error: unknown) => {
        this.#inFlight--;
        this.#logger.error('failed to answer', {error});
        this.#socket.destroy();
      },
    );
  }

  #write(message: Buffer): void {
    if (!this.#socket.writable) return;
    const framed = Buffer.allocUnsafe(message.length + 2);
    framed.writeUInt16BE(message.length, 0);
    framed.set(message, 2);
    this.#socket.write(framed);
  }
}
