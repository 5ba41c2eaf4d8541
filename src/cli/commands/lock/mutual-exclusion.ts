/** What keeps others out while a child runs: one holder's lock, or a semaphore of several. */
export interface MutualExclusion {
  /** What becomes of its keys when its session ends. */
  readonly behavior: 'release' | 'delete';
  /**
   * Waits for its turn.
   * @returns false when `signal` or the deadline ended the wait
   * @throws AcquireFailure or ApiError
   */
  acquire(sessionId: string, signal: AbortSignal): Promise<boolean>;
  /** Resolves when the lock is no longer held, or at once when `signal` says that nobody wants to know any more. */
  lost(sessionId: string, signal: AbortSignal): Promise<void>;
  release(sessionId: string): Promise<void>;
  /** Removes its traces from the KV store. @returns false when somebody else uses them */
  clean(): Promise<boolean>;
}

/** The keys are used for something else. */
export class AcquireFailure extends Error {
  override readonly name = 'AcquireFailure';
}
