/**
 * After a blocked event loop Node runs timers before it reads sockets. What a due timer would kill waits for one
 * poll of the sockets first; tests give a barrier that they open by hand.
 */
export interface PollBarrier {
  /** Calls `then` once the sockets that were readable have been read. */
  afterPoll(then: () => void): void;
}

/** The real one: Node's check phase comes right after its poll phase. */
export const eventLoopPollBarrier: PollBarrier = {
  afterPoll: (then) => void setImmediate(then),
};
