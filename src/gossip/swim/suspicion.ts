import {type CoreTimer} from '../timer-queue.ts';
import {type Suspicion} from './node-state.ts';
import {suspicionMinMs, suspicionRemainingMs} from './scaling.ts';
import {type SwimContext} from './swim-context.ts';

/**
 * A suspicion that runs against a node: it dies after a long time when we alone accuse it, after a short one when others
 * confirm independently (Lifeguard §IV-B) [gossip.md §7.5].
 */
export class RunningSuspicion implements Suspicion {
  /** Confirmations after which more of them hasten nothing. */
  readonly #needed: number;
  #confirmations = 0;
  readonly #accusers: string[];
  readonly #context: SwimContext;
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #startedAtMs: number;
  readonly #expire: (confirmations: number) => void;
  #timer: CoreTimer;

  /**
   * @param accuser the first to accuse; its repeated word confirms nothing
   * @param expire called with the number of confirmations when nothing refuted it in time
   */
  constructor(context: SwimContext, accuser: string, expire: (confirmations: number) => void) {
    const {config, nodes} = context;
    const wanted = config.suspicionMult - 2;
    this.#needed = nodes.size - 2 < wanted ? 0 : Math.max(0, wanted);
    this.#accusers = [accuser];
    this.#context = context;
    this.#minMs = suspicionMinMs(config.suspicionMult, nodes.size, config.probeIntervalMs);
    this.#maxMs = this.#needed > 0 ? this.#minMs * config.suspicionMaxTimeoutMult : this.#minMs;
    this.#startedAtMs = context.nowMs;
    this.#expire = expire;
    this.#timer = this.#expireAfter(this.#maxMs);
  }

  confirm(from: string): boolean {
    if (this.#confirmations >= this.#needed || this.#accusers.includes(from)) return false;
    this.#accusers.push(from);
    this.#confirmations++;
    this.#timer.cancel();
    const elapsedMs = this.#context.nowMs - this.#startedAtMs;
    const leftMs = suspicionRemainingMs(this.#confirmations, this.#needed, elapsedMs, this.#minMs, this.#maxMs);
    this.#timer = this.#expireAfter(Math.max(0, leftMs));
    return true;
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #expireAfter(delayMs: number): CoreTimer {
    return this.#context.after(delayMs, () => this.#expire(this.#confirmations));
  }
}
