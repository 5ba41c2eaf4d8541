import {type Readable} from 'node:stream';
import {type ApiRequest} from './api-request.ts';

/** What an answer was computed from. While it is held and `fired` is false, the same request may get the same bytes again. */
export interface AnswerSource {
  readonly fired: boolean;
  retain(): void;
  release(): void;
}

/** One HTTP answer, as a route makes it. The dispatcher adds what every answer carries and sends it. */
export interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array | Readable;
  /** null: no Content-Type at all (an explicit empty 404). undefined: by the general rules of http-core.md §1.4. */
  readonly contentType?: string | null;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Set on answers that depend on nothing but the request line and this source; they may be served again from memory. */
  readonly source?: AnswerSource;
  /** The gzipped body, where it is kept beside the plain one. */
  readonly gzipped?: () => Promise<Uint8Array>;
  /** A stream that is sent gzipped to who accepts that. */
  readonly compressible?: boolean;
}

/** An answer in JSON. */
export function jsonAnswer(body: Answer['body'], headers?: Answer['headers']): Answer {
  return {status: 200, body, contentType: 'application/json', ...(headers && {headers})};
}

/** `true` or `false` in JSON. */
export function boolAnswer(request: ApiRequest, value: boolean): Answer {
  return jsonAnswer(String(value) + request.jsonEnd);
}

/** 200 with an empty body: what most writes to the agent answer. */
export const emptyAnswer: Answer = {status: 200, body: ''};

/** An error, or another answer in plain text. No newline is added (http-core.md §1.5). */
export function textAnswer(status: number, text: string): Answer {
  return {status, body: text, contentType: 'text/plain; charset=utf-8'};
}

/** A 404 without a body and without a Content-Type: a missing key, a node without coordinates. */
export function missingAnswer(headers?: Answer['headers']): Answer {
  return {status: 404, body: '', contentType: null, ...(headers && {headers})};
}
