import {type CheckStatus} from '../../src/health/check-result.ts';
import {Dialer} from '../../src/health/dialer.ts';
import {type Logger, silentLogger} from '../../src/runtime/logger.ts';
import {NameLookupError} from '../../src/runtime/name-resolver.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

/** A log that keeps its lines, as `WARN message`. */
export function keptLog(): Logger & {readonly lines: string[]} {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return {...silentLogger, lines, trace: at('TRACE'), debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR')};
}

/** Takes what a check says, as `passing: output`. */
export function heard(): {readonly said: string[]; readonly notify: (status: CheckStatus, output: string) => void} {
  const said: string[] = [];
  return {said, notify: (status, output) => void said.push(`${status}: ${output}`)};
}

/** Names of this network of one machine. */
const hosts = new Map([['both.test', ['127.0.0.1', '::1']], ['two.test', ['127.0.0.2', '127.0.0.1']], ['localhost', ['127.0.0.1']], ['server.dc1.consul', ['127.0.0.1']]]);

/** Dials real sockets; names are those of `hosts`, literals stand for themselves. `slow.test` never gets an answer. */
export function dialerOn(clock: SimulatedClock): Dialer {
  return new Dialer({
    clock,
    resolver: {
      resolve: (host, signal) => {
        if (host === 'slow.test') return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error), {once: true}));
        const found = hosts.get(host) ?? (/^[\d.:a-f]+$/.test(host) ? [host] : undefined);
        return found === undefined ? Promise.reject(new NameLookupError(`lookup ${host} on 127.0.0.53:53: no such host`, false)) : Promise.resolve(found);
      },
    },
  });
}

/** A clock within the time of the test certificates. */
export const certifiedClock = (): SimulatedClock => new SimulatedClock(Date.UTC(2030, 0, 1));

export const never = new AbortController().signal;
