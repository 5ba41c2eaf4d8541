/**
 * After a blocked event loop Node runs timers before it reads sockets. What a due timer would kill waits for polls of
 * the sockets first; tests give a barrier that they open by hand.
 */
export interface PollBarrier {
  /** Calls `then` once the sockets that were readable have been read. */
  afterPoll(then: () => void): void;
}

/** The real one: Node's check phase comes right after its poll phase. */
export const eventLoopPollBarrier: PollBarrier = {
  afterPoll: (then) => void setImmediate(then),
};

/** A request on a new connection needs one poll to be accepted and one to be read. */
const pollsOfNewConnection = 2;

/** Calls `then` once every request that had reached this machine has been read, so that a renewal comes before its deadline. */
export function afterWaitingRequests(barrier: PollBarrier, then: () => void, polls = pollsOfNewConnection): void {
  if (polls === 0) then();
  else barrier.afterPoll(() => afterWaitingRequests(barrier, then, polls - 1));
}
