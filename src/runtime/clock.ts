/** A timer that has been set and may be cancelled. Cancelling a timer that has fired does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time, as every room sees it: real in the agent, simulated in tests. */
export interface Clock {
  /** Monotonic milliseconds, with fractions; only differences mean anything. */
  nowMs(): number;
  /** Wall-clock milliseconds since 1970-01-01T00:00:00Z. May jump. */
  wallMs(): number;
  /** Calls `fire` once, no sooner than `delayMs` from now (0 or less: as soon as possible, never inside this call). */
  setTimer(delayMs: number, fire: () => void): Timer;
}
