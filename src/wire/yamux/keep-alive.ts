import {KEEP_ALIVE_INTERVAL_MS, KEEP_ALIVE_TIMEOUT_MS} from './limits.ts';

/** When a session pings its peer, and when it gives the peer up. */
export class KeepAlive {
  #nextPingMs: number;
  #nextId = 0;
  #waiting: {readonly id: number; readonly deadlineMs: number} | undefined;

  constructor(nowMs: number) {
    this.#nextPingMs = nowMs + KEEP_ALIVE_INTERVAL_MS;
  }

  get nextDeadlineMs(): number {
    return this.#waiting?.deadlineMs ?? this.#nextPingMs;
  }

  /** The id to ping with now, `dead` when the last ping was not answered in time, or undefined for nothing to do. */
  tick(nowMs: number): number | 'dead' | undefined {
    if (this.#waiting !== undefined) return this.#waiting.deadlineMs <= nowMs ? 'dead' : undefined;
    if (this.#nextPingMs > nowMs) return undefined;
    const id = this.#nextId;
    this.#nextId = (id + 1) >>> 0;
    this.#nextPingMs = nowMs + KEEP_ALIVE_INTERVAL_MS;
    this.#waiting = {id, deadlineMs: nowMs + KEEP_ALIVE_TIMEOUT_MS};
    return id;
  }

  /** The peer answered a ping; answers to others than the last are of no interest. */
  answered(id: number): void {
    if (this.#waiting?.id === id) this.#waiting = undefined;
  }
}
