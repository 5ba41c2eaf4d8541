import {ConsulError} from '../consul-error.ts';
import {errorText} from '../runtime/thrown.ts';
import {type Answer, textAnswer} from './answer.ts';
import {metaHeaders, noMeta} from './query-meta.ts';

/** A read that failed where Consul sends the headers of an empty answer all the same (http-core.md §1.4). */
export class FailedRead extends Error {
  override readonly name = 'FailedRead';

  readonly headers: NonNullable<Answer['headers']>;

  constructor(cause: unknown, headers = metaHeaders(noMeta)) {
    super(errorText(cause), {cause});
    this.headers = headers;
  }
}

/** Maps what a route threw to Consul's status and text, in the order of http-core.md §1.5. */
export function answerOfError(error: unknown): Answer {
  if (error instanceof FailedRead) return {...answerOfError(error.cause), headers: error.headers};
  const text = errorText(error);
  return textAnswer(statusOf(error, text), text);
}

function statusOf(error: unknown, text: string): number {
  if (text.includes('Permission denied') || text.includes('ACL not found')) return 403;
  if (text.includes('rate limit exceeded for operation that can only be performed by the leader')) return 503;
  if (/RPC rate limit exceeded|^Rate limit reached, try again later$|rate limit exceeded, try again later/.test(text)) return 429;
  return error instanceof ConsulError ? error.httpStatus : 500;
}
