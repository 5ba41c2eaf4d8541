import {connect as netConnect, type Socket} from 'node:net';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {joinHostPort} from '../runtime/host-port.ts';
import {type NameResolver} from '../runtime/name-resolver.ts';
import {systemErrorText} from '../runtime/system-error.ts';
import {errorText} from '../runtime/thrown.ts';
import {DialError} from './dial-error.ts';
import {parseHostPort} from './host-port.ts';
import {dialFallbackDelayMs, dialPartTimeoutMsMin} from './limits.ts';

/** What opening connections needs from the machine. */
export interface DialerOptions {
  readonly resolver: NameResolver;
  readonly clock: Clock;
}

/**
 * Opens TCP connections as Go's net.Dialer does: every address of a name is tried in turn, the second family
 * joins the race after 300 ms (RFC 8305), and the texts of its errors are Go's.
 */
export class Dialer {
  readonly #resolver: NameResolver;
  readonly #clock: Clock;

  constructor(options: DialerOptions) {
    this.#resolver = options.resolver;
    this.#clock = options.clock;
  }

  /**
   * @param address `host:port`
   * @param deadlineMs on the clock's nowMs(); when it passes the error is `dial tcp …: i/o timeout`
   * @param signal ends the attempt with its reason
   * @returns a connected, paused socket without listeners
   * @throws DialError
   */
  async connect(address: string, deadlineMs: number, signal: AbortSignal): Promise<Socket> {
    const {host, port} = parseHostPort('tcp', address);
    const addresses = await this.resolve('tcp', host, deadlineMs, signal);
    const family = isV6(addresses[0] ?? '');
    const primaries = addresses.filter((a) => isV6(a) === family);
    const fallbacks = addresses.filter((a) => isV6(a) !== family);
    if (fallbacks.length === 0) return this.#tryEach(primaries, port, deadlineMs, signal);
    return this.#race(primaries, fallbacks, port, deadlineMs, signal);
  }

  /**
   * Addresses of a host by the deadline; an empty host is this machine.
   * @throws DialError `dial <network>: lookup …`
   */
  async resolve(network: 'tcp' | 'udp', host: string, deadlineMs: number, signal: AbortSignal): Promise<readonly string[]> {
    if (host === '') return ['127.0.0.1', '::1'];
    const late = new AbortController();
    const timer = this.#clock.setTimer(deadlineMs - this.#clock.nowMs(), () => late.abort());
    try {
      return await this.#resolver.resolve(host, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      signal.throwIfAborted();
      if (late.signal.aborted) throw new DialError(`dial ${network}: lookup ${host}: i/o timeout`);
      throw new DialError(`dial ${network}: ${errorText(error)}`);
    } finally {
      timer.cancel();
    }
  }

  async #race(primaries: readonly string[], fallbacks: readonly string[], port: number, deadlineMs: number, signal: AbortSignal): Promise<Socket> {
    const over = new AbortController();
    const both = AbortSignal.any([signal, over.signal]);
    let startFallback: () => void = () => undefined;
    const fallbackTurn = new Promise<void>((resolve) => (startFallback = resolve));
    const timer = this.#clock.setTimer(dialFallbackDelayMs, () => startFallback());
    const primary = this.#tryEach(primaries, port, deadlineMs, both);
    const fallback = fallbackTurn.then(() => this.#tryEach(fallbacks, port, deadlineMs, both));
    primary.catch(() => startFallback());
    try {
      const winner = await Promise.any([primary, fallback]);
      over.abort();
      for (const attempt of [primary, fallback]) attempt.then((s) => s !== winner && s.destroy(), () => undefined);
      return winner;
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof AggregateError ? (error.errors[0] as Error) : error;
    } finally {
      timer.cancel();
      startFallback();
    }
  }

  async #tryEach(addresses: readonly string[], port: number, deadlineMs: number, signal: AbortSignal): Promise<Socket> {
    let first: unknown;
    for (const [index, address] of addresses.entries()) {
      signal.throwIfAborted();
      const leftMs = deadlineMs - this.#clock.nowMs();
      const partMs = Math.min(leftMs, Math.max(dialPartTimeoutMsMin, leftMs / (addresses.length - index)));
      try {
        return await this.#connectOne(address, port, partMs, signal);
      } catch (error) {
        signal.throwIfAborted();
        first ??= error;
      }
    }
    throw first instanceof Error ? first : new DialError('dial tcp: missing address');
  }

  #connectOne(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
    const where = `dial tcp ${joinHostPort(host, port)}`;
    if (port === 0) return Promise.reject(new DialError(`${where}: connect: connection refused`));
    return new Promise((resolve, reject) => {
      const socket = netConnect({host, port, autoSelectFamily: false, noDelay: true});
      let timer: Timer | undefined;
      const done = (): void => {
        timer?.cancel();
        signal.removeEventListener('abort', onAbort);
        socket.off('connect', onConnect);
        socket.off('error', onError);
      };
      const fail = (error: Error): void => {
        done();
        socket.on('error', () => undefined); // a late error of a socket nobody holds
        socket.destroy();
        reject(error);
      };
      const onAbort = (): void => fail(signal.reason instanceof Error ? signal.reason : new DialError('operation was canceled'));
      const onError = (error: Error): void => fail(new DialError(`${where}: connect: ${systemErrorText(error)}`));
      const onConnect = (): void => {
        done();
        resolve(socket);
      };
      timer = this.#clock.setTimer(timeoutMs, () => fail(new DialError(`${where}: i/o timeout`)));
      signal.addEventListener('abort', onAbort, {once: true});
      socket.once('connect', onConnect);
      socket.once('error', onError);
    });
  }
}

function isV6(address: string): boolean {
  return address.includes(':');
}
