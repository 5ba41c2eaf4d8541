import {systemErrorText} from '../runtime/system-error.ts';
import {type CheckResult, type Probe} from './check-result.ts';
import {DialError} from './dial-error.ts';
import {type DialProbeOptions} from './dial-probe-options.ts';
import {parseHostPort} from './host-port.ts';
import {http2Session} from './http2-session.ts';
import {tlsHandshake} from './tls-dial.ts';

/** Passing when an HTTP/2 PING is acknowledged (agent-checks.md §4.7). */
export class H2PingProbe implements Probe {
  readonly #o: DialProbeOptions;

  constructor(options: DialProbeOptions) {
    this.#o = options;
  }

  async run(signal: AbortSignal): Promise<CheckResult> {
    const {target, timeoutMs, tls, dialer, clock} = this.#o;
    const deadlineMs = clock.nowMs() + timeoutMs;
    const late = new AbortController();
    const timer = clock.setTimer(timeoutMs, () => late.abort(new DialError('context deadline exceeded')));
    const either = AbortSignal.any([signal, late.signal]);
    try {
      const plain = await dialer.connect(target, deadlineMs, either);
      const socket = tls === undefined ? plain : await tlsHandshake(plain, parseHostPort('tcp', target).host, tls, ['h2'], deadlineMs, clock, either);
      return await this.#ping(await http2Session(socket, target, either), either);
    } catch (error) {
      signal.throwIfAborted();
      return this.#failed(`Failed to dial to ${target}: ${systemErrorText(error)}`);
    } finally {
      timer.cancel();
    }
  }

  async #ping(session: Awaited<ReturnType<typeof http2Session>>, signal: AbortSignal): Promise<CheckResult> {
    try {
      await new Promise<void>((resolve, reject) => {
        const onAbort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('operation was canceled'));
        signal.addEventListener('abort', onAbort, {once: true});
        session.once('error', reject);
        session.ping((error) => (error === null ? resolve() : reject(error)));
      });
      return {status: 'passing', output: 'HTTP2 ping was successful'};
    } catch (error) {
      return this.#failed(`HTTP2 ping failed: ${systemErrorText(error)}`);
    } finally {
      session.destroy();
    }
  }

  #failed(output: string): CheckResult {
    this.#o.log.warn('Check h2ping failed', {check: this.#o.checkId, error: output});
    return {status: 'critical', output};
  }
}
