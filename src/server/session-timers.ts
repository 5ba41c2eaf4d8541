import {type Fact} from '../fsm/fact.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {afterWaitingRequests, type PollBarrier} from '../runtime/poll-barrier.ts';
import {type Logger} from '../runtime/logger.ts';
import {tryGoDuration} from '../schema/go-duration.ts';
import {isSessionCreated, isSessionEnded} from '../session/facts.ts';
import {Session, SessionRequest} from '../session/schema.ts';
import {Sessions} from '../session/state.ts';
import {type Store} from '../store/store.ts';
import {type LeaderDuty} from './leader/leader-duty.ts';
import {sessionDestroyAttempts, sessionDestroyRetryMs, sessionTtlMultiplier} from './limits.ts';

export interface SessionTimersOptions {
  readonly datacenter: string;
  readonly store: Store;
  readonly proposer: Proposer;
  readonly clock: Clock;
  /** A renewal that waits in a socket comes before the timer that would end its session. */
  readonly polls: PollBarrier;
  readonly logger: Logger;
}

/**
 * A leader's watch over the TTLs of sessions: one that is not renewed for twice its TTL is destroyed. All have their full
 * time again when leadership changes (http-core.md §14.5, rpc-raft.md §16).
 */
export class SessionTimers implements LeaderDuty {
  readonly #options: SessionTimersOptions;
  readonly #timers = new Map<string, Timer>();
  #isLeading = false;

  constructor(options: SessionTimersOptions) {
    this.#options = options;
  }

  /** How many sessions are watched over. */
  get size(): number {
    return this.#timers.size;
  }

  gained(): void {
    this.#isLeading = true;
    for (const session of this.#options.store.view().all(Sessions)) this.renew(session);
  }

  lost(): void {
    this.#isLeading = false;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** The sessions of a restored snapshot have their full time, whatever was left of it when it was taken. */
  replaced(): void {
    this.lost();
    this.gained();
  }

  observe(facts: readonly Fact[]): void {
    if (!this.#isLeading) return;
    for (const fact of facts) {
      if (isSessionCreated(fact)) this.renew(fact.session);
      else if (isSessionEnded(fact)) this.#forget(fact.session.ID);
    }
  }

  /** Starts a session's time anew. One without a TTL has none. */
  renew({ID, TTL}: Session): void {
    if (!this.#isLeading) return;
    this.#forget(ID);
    const ttlNs = tryGoDuration(TTL);
    if (typeof ttlNs !== 'number' || ttlNs <= 0) return;
    this.#arm(ID, (ttlNs / 1e6) * sessionTtlMultiplier, 1);
  }

  #arm(id: string, delayMs: number, attempt: number): void {
    const {clock, polls} = this.#options;
    const timer = clock.setTimer(delayMs, () => afterWaitingRequests(polls, () => void this.#expire(id, timer, attempt)));
    this.#timers.set(id, timer);
  }

  async #expire(id: string, timer: Timer, attempt: number): Promise<void> {
    const {proposer, datacenter, logger} = this.#options;
    // Renewed, ended, or no longer ours to end.
    if (this.#timers.get(id) !== timer) return;
    logger.debug('Session TTL expired', {session: id});
    try {
      await proposer.propose(3, SessionRequest, SessionRequest.make({Datacenter: datacenter, Op: 'destroy', Session: Session.make({ID: id})}));
      if (this.#timers.get(id) === timer) this.#timers.delete(id);
    } catch (error) {
      if (this.#timers.get(id) !== timer) return;
      logger.error('Session destroy failed', {session: id, attempt, error});
      if (attempt < sessionDestroyAttempts) this.#arm(id, sessionDestroyRetryMs * 2 ** (attempt - 1), attempt + 1);
      else this.#timers.delete(id);
    }
  }

  #forget(id: string): void {
    this.#timers.get(id)?.cancel();
    this.#timers.delete(id);
  }
}
