import {ConsulError} from '../consul-error.ts';
import {GoBase64Error} from '../schema/go-base64.ts';
import {GoDurationError} from '../schema/go-duration.ts';
import {GoTimeError} from '../schema/go-time.ts';
import {JsonDecodeError} from '../schema/json-error.ts';
import {type Type} from '../schema/type.ts';
import {type ApiRequest} from './api-request.ts';

/**
 * The body as a value of `type`; unknown fields are refused (http-core.md §5.1).
 * @param refuse makes the error from Go's text
 * @throws ConsulError 400 with Go's text
 */
export async function jsonBody<T>(
  request: ApiRequest,
  type: Type<T>,
  bytesMax: number,
  refuse: (why: string) => ConsulError = decodeFailed,
): Promise<T> {
  const body = await request.body(bytesMax);
  try {
    return type.fromJson(body, {strict: true});
  } catch (error) {
    if (isDecodeError(error)) throw refuse(error.message);
    throw error;
  }
}

/** The error for a body that is no JSON of the right shape, where a route has no words of its own for it. */
export function decodeFailed(why: string): ConsulError {
  return new ConsulError(`Request decode failed: ${why}`, 400);
}

/** Whether it is the sender's fault, and not ours, that a body could not be read. */
export function isDecodeError(error: unknown): error is Error {
  return [JsonDecodeError, GoDurationError, GoTimeError, GoBase64Error].some((kind) => error instanceof kind);
}
