import {ConsulError} from '../../consul-error.ts';

/** Where a call to another server failed. */
export type RpcFailure =
  /** The server could not be reached: the request was not sent. */
  | 'dial'
  /** The connection broke: whether the request was served is not known. */
  | 'broken'
  /** No answer in time. */
  | 'timeout'
  /** The caller no longer waits. */
  | 'aborted'
  /** The server answered with an error. */
  | 'remote';

/** How the text of an error begins that another server answered with. */
const callPrefix = 'rpc error making call: ';

/** What the server said that was asked in the end, however many handed the request on. */
export function withoutCallPrefix(text: string): string {
  let at = 0;
  while (text.startsWith(callPrefix, at)) at += callPrefix.length;
  return text.slice(at);
}

/** A call to another server that failed. Its text is as Consul reports it, with one prefix a hop (rpc-raft.md §5). */
export class RpcCallError extends ConsulError {
  readonly failure: RpcFailure;

  constructor(failure: RpcFailure, reason: string) {
    super(failure === 'dial' ? `rpc error getting client: failed to get conn: ${reason}` : callPrefix + reason);
    this.failure = failure;
  }
}

/** What a call that its caller gave up ends with: Go's text. */
export const canceledText = 'context canceled';

/** A request that no handler saw: it is answered with this text, and its stream is closed (rpc-raft.md §5). */
export class RpcRejectedError extends Error {
  override readonly name = 'RpcRejectedError';
}

/** The ways in which a connection or stream just ends: a read may be tried again elsewhere (rpc-raft.md §5). */
export function isEndOfStream(text: string): boolean {
  return text === 'EOF' || text.endsWith(': EOF') || text.includes('stream closed') || text.includes('session shutdown');
}

const retryableTexts = [
  'No cluster leader',
  'please resubmit call for rechunking',
  'rate limit exceeded, try again later or against a different server',
];

/** What a leader refused; a server that hands requests on to it tries again, a client does not (seen at 1.21.4). */
const leaderIsBusy = 'rate limit exceeded for operation that can only be performed by the leader, try again later';

/** Whether a server may send a failed call to the leader again within the hold time (rpc-raft.md §7). */
export function isRetryableAtLeader(error: unknown, isRead: boolean): boolean {
  return isRetryable(error, isRead) || (error instanceof Error && error.message.includes(leaderIsBusy));
}

/** Whether a failed call may be sent again within the hold time (rpc-raft.md §6). */
export function isRetryable(error: unknown, isRead: boolean): boolean {
  if (!(error instanceof Error)) return false;
  if (isRead && isEndOfStream(error.message)) return true;
  return retryableTexts.some((text) => error.message.includes(text));
}
