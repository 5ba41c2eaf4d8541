import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {type CheckNotify, type CheckStatus, type RunningCheck} from './check-result.ts';
import {afterWaitingRequests, type PollBarrier} from '../runtime/poll-barrier.ts';

/** What a TTL check needs. */
export interface TtlCheckOptions {
  readonly checkId: string;
  readonly ttlMs: number;
  readonly outputBytesMax: number;
  readonly notify: CheckNotify;
  readonly clock: Clock;
  readonly polls: PollBarrier;
  readonly log: Logger;
}

/** A check that something outside keeps alive: without an update for the TTL it turns critical; agent-checks.md §6. */
export class TtlCheck implements RunningCheck {
  readonly #o: TtlCheckOptions;
  #timer: Timer | undefined;
  #running = false;
  /** Counts updates, so that an expiry that was on its way knows it is out of date. */
  #round = 0;
  #lastOutput = '';

  constructor(options: TtlCheckOptions) {
    this.#o = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#arm();
  }

  stop(): void {
    this.#running = false;
    this.#round++;
    this.#timer?.cancel();
  }

  /**
   * Takes an update and starts the TTL anew.
   * @returns the output as stored: its first `outputBytesMax` bytes, with a note when there were more
   */
  update(status: CheckStatus, output: string): string {
    const stored = cutOutput(output, this.#o.outputBytesMax);
    this.#o.log.debug('Check status updated', {check: this.#o.checkId, status});
    this.#o.notify(status, stored);
    this.#lastOutput = stored;
    if (this.#running) this.#arm();
    return stored;
  }

  #arm(): void {
    this.#timer?.cancel();
    const round = ++this.#round;
    this.#timer = this.#o.clock.setTimer(this.#o.ttlMs, () => afterWaitingRequests(this.#o.polls, () => this.#expire(round)));
  }

  #expire(round: number): void {
    if (round !== this.#round) return;
    this.#o.log.warn('Check missed TTL, is now critical', {check: this.#o.checkId});
    this.#o.notify('critical', this.#lastOutput === '' ? 'TTL expired' : `TTL expired (last output before timeout follows): ${this.#lastOutput}`);
  }
}

function cutOutput(output: string, bytesMax: number): string {
  if (output.length * 3 <= bytesMax) return output;
  const bytes = Buffer.from(output);
  if (bytes.length <= bytesMax) return output;
  return `${bytes.toString('utf8', 0, bytesMax)} ... (captured ${bytesMax} of ${bytes.length} bytes)`;
}
