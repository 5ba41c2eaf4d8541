import {createSocket} from 'node:dgram';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {joinHostPort} from '../runtime/host-port.ts';
import {errorText} from '../runtime/thrown.ts';
import {type Logger} from '../runtime/logger.ts';
import {type CheckResult, type Probe} from './check-result.ts';
import {systemErrorText} from '../runtime/system-error.ts';
import {DialError} from './dial-error.ts';
import {type Dialer} from './dialer.ts';
import {parseHostPort} from './host-port.ts';

/** What a UDP check needs. */
export interface UdpProbeOptions {
  readonly checkId: string;
  /** `host:port` */
  readonly target: string;
  readonly timeoutMs: number;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Sends an empty datagram. An answer, or silence until the timeout, is passing; a refusal (ICMP) is critical
 * (agent-checks.md §4.4). Consul waits on silence for ever and never reports; this is what it means to do.
 */
export class UdpProbe implements Probe {
  readonly #o: UdpProbeOptions;

  constructor(options: UdpProbeOptions) {
    this.#o = options;
  }

  async run(signal: AbortSignal): Promise<CheckResult> {
    const {target, checkId, log} = this.#o;
    try {
      const {host, port} = parseHostPort('udp', target);
      const [address] = await this.#o.dialer.resolve('udp', host, this.#o.clock.nowMs() + this.#o.timeoutMs, signal);
      await this.#exchange(address ?? host, port, signal);
      return {status: 'passing', output: `UDP connect ${target}: Success`};
    } catch (error) {
      signal.throwIfAborted();
      const text = errorText(error);
      log.warn(text.startsWith('dial') ? 'Check socket connection failed' : 'Check socket read failed', {check: checkId, error: text});
      return {status: 'critical', output: text};
    }
  }

  #exchange(host: string, port: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = createSocket({
        type: host.includes(':') ? 'udp6' : 'udp4',
        lookup: (name, _options, callback) => callback(null, name, host.includes(':') ? 6 : 4), // always a literal here
      });
      let timer: Timer | undefined;
      const settle = (error?: Error): void => {
        timer?.cancel();
        signal.removeEventListener('abort', onAbort);
        socket.removeAllListeners();
        socket.on('error', () => undefined); // a late ICMP answer while closing
        socket.close();
        if (error === undefined) resolve();
        else reject(error);
      };
      const onAbort = (): void => settle(signal.reason instanceof Error ? signal.reason : new DialError('operation was canceled'));
      const local = (): string => {
        const {address, port: localPort} = socket.address();
        return joinHostPort(address, localPort);
      };
      let from = '';
      socket.once('error', (error) => {
        const text = systemErrorText(error);
        settle(new DialError(from === '' ? `dial udp ${joinHostPort(host, port)}: connect: ${text}` : `read udp ${from}->${joinHostPort(host, port)}: read: ${text}`));
      });
      socket.once('message', () => settle());
      socket.connect(port, host, () => {
        from = local();
        socket.send(Buffer.alloc(0), (error) => {
          if (error !== null) socket.emit('error', error);
        });
      });
      timer = this.#o.clock.setTimer(this.#o.timeoutMs, () => settle());
      signal.addEventListener('abort', onAbort, {once: true});
    });
  }
}
