import {errorText} from '../runtime/thrown.ts';
import {type CheckResult, type Probe} from './check-result.ts';
import {type DialProbeOptions} from './dial-probe-options.ts';
import {parseHostPort} from './host-port.ts';
import {tlsHandshake} from './tls-dial.ts';

/** Passing when a TCP connection (and TLS handshake) succeeds; agent-checks.md §4.3. */
export class TcpProbe implements Probe {
  readonly #o: DialProbeOptions;

  constructor(options: DialProbeOptions) {
    this.#o = options;
  }

  async run(signal: AbortSignal): Promise<CheckResult> {
    const {target, tls, clock} = this.#o;
    const kind = tls === undefined ? 'TCP' : 'TCP+TLS';
    const deadlineMs = clock.nowMs() + this.#o.timeoutMs;
    try {
      const socket = await this.#o.dialer.connect(target, deadlineMs, signal);
      if (tls === undefined) socket.destroy();
      else (await tlsHandshake(socket, parseHostPort('tcp', target).host, tls, [], deadlineMs, clock, signal)).destroy();
      return {status: 'passing', output: `${kind} connect ${target}: Success`};
    } catch (error) {
      signal.throwIfAborted();
      const text = errorText(error);
      this.#o.log.warn(`Check ${kind} connection failed`, {check: this.#o.checkId, error: text});
      return {status: 'critical', output: text};
    }
  }
}
