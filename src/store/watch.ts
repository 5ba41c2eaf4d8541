import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Sleeper, type Waker} from './waker.ts';

export type WaitResult = 'fired' | 'timeout' | 'aborted';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** Told once, in a later turn, that a watch it holds has fired. */
export interface FireListener {
  sourceFired(): void;
}

/**
 * Something that fires once. It stands in its source's registry only while someone holds it (`retain` … `release`, or a
 * `wait` under way), so that an answer nobody waits on costs nothing. Used as it is, it is fired by hand (`fire`): the
 * source of an answer that does not come from a store.
 */
export class Watch implements Sleeper {
  readonly #waker: Waker;
  #fired = false;
  #holders = 0;
  #waiters: Set<Waiter> | undefined;
  #listeners: Set<FireListener> | undefined;

  constructor(waker: Waker) {
    this.#waker = waker;
  }

  /** True as soon as what was watched has changed; its waiters are woken in the turns that follow. */
  get fired(): boolean {
    return this.#fired;
  }

  /** How many are waiting now. */
  get waiterCount(): number {
    return this.#waiters?.size ?? 0;
  }

  fire(): void {
    if (this.#fired) return;
    this.#fired = true;
    this.#waker.enqueue(this);
  }

  /** Holds the watch in its registry. If something was published since the query ran, it fires at once. */
  retain(listener?: FireListener): void {
    if (listener !== undefined) (this.#listeners ??= new Set()).add(listener);
    if (this.#holders++ === 0 && !this.#fired) this.attach();
  }

  release(listener?: FireListener): void {
    if (listener !== undefined) this.#listeners?.delete(listener);
    if (this.#holders <= 0) throw new Error('watch released more often than retained');
    if (--this.#holders === 0) this.detach();
  }

  /** Waits until the watch fires, `timeoutMs` is over, or `signal` aborts; leaves nothing behind. Never rejects. */
  wait({timeoutMs, clock, signal}: WaitOptions): Promise<WaitResult> {
    if (signal?.aborted === true) return Promise.resolve('aborted');
    this.retain();
    if (this.#fired) {
      this.release();
      return Promise.resolve('fired');
    }
    return new Promise((resolve) => {
      const waiter: Waiter = {
        finish: (result) => {
          this.#waiters?.delete(waiter);
          waiter.timer.cancel();
          if (waiter.onAbort !== undefined) signal?.removeEventListener('abort', waiter.onAbort);
          this.release();
          resolve(result);
        },
        timer: clock.setTimer(timeoutMs, () => waiter.finish(this.#fired ? 'fired' : 'timeout')),
        onAbort: signal === undefined ? undefined : () => waiter.finish('aborted'),
      };
      if (waiter.onAbort !== undefined) signal?.addEventListener('abort', waiter.onAbort, {once: true});
      (this.#waiters ??= new Set()).add(waiter);
    });
  }

  /** For the waker: leaves the registry, tells the listeners, and resolves up to `waitersMax` waiters. */
  settle(waitersMax: number): number {
    this.detach();
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener.sourceFired();
    let woken = 0;
    for (const waiter of this.#waiters ?? []) {
      if (woken >= waitersMax) break;
      waiter.finish('fired');
      woken++;
    }
    return woken;
  }

  /** Enters the registry of the source. */
  protected attach(): void {}

  /** Leaves it; may be called when not in it. */
  protected detach(): void {}
}

interface Waiter {
  readonly finish: (result: WaitResult) => void;
  readonly timer: Timer;
  readonly onAbort: (() => void) | undefined;
}
