import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {type Dialer} from './dialer.ts';
import {type CheckTls} from './tls-dial.ts';

/** What a probe needs that dials a target and may speak TLS with it. */
export interface DialProbeOptions {
  readonly checkId: string;
  /** `host:port`; of a gRPC check with `/service` behind it, if only that service is asked about. */
  readonly target: string;
  readonly timeoutMs: number;
  /** Undefined: in plain text. */
  readonly tls?: CheckTls;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly log: Logger;
}
