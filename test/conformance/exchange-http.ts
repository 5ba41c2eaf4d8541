import {request, type ClientRequest, type IncomingMessage} from 'node:http';
import {gunzipSync} from 'node:zlib';
import {type HttpStep} from './scenario.ts';

export interface HttpAnswer {
  readonly status: number;
  /** As sent, in order, names in their own letter case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

const ANSWER_WITHIN_MS = 30_000;
/** A body of this size is held back a moment: a server that refuses it by its length answers and closes, and the answer must not be lost to a broken pipe. */
const LARGE_BODY_BYTES = 256 * 1024;
const HELD_BACK_MS = 100;

/** Says of a request without an answer (dropped connection, time out) why: the runner prints it as the step's answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

function pairs(answer: IncomingMessage): [string, string][] {
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) result.push([answer.rawHeaders[i] ?? '', answer.rawHeaders[i + 1] ?? '']);
  return result;
}

function sendBody(call: ClientRequest, body: string | Uint8Array): void {
  if (Buffer.byteLength(body) < LARGE_BODY_BYTES) {
    call.end(body);
    return;
  }
  let refused = false;
  call.once('response', () => { refused = true; });
  call.flushHeaders();
  setTimeout(() => {
    if (!refused) call.end(body);
    else call.destroy(); // the answer is in: nobody reads the body
  }, HELD_BACK_MS);
}

/** Sends one step's request on a connection of its own and reads the whole answer, decompressed. Rejects with NoAnswer. */
export function exchangeHttp(port: number, step: Pick<HttpStep, 'method' | 'path' | 'headers' | 'body' | 'chunked'>, withinMs = ANSWER_WITHIN_MS): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new NoAnswer(error.message));
    const call = request({host: '127.0.0.1', port, method: step.method, path: step.path, headers: {...step.headers}, agent: false, timeout: withinMs}, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () => {
        const whole = Buffer.concat(chunks);
        const body = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole;
        resolve({status: answer.statusCode ?? 0, headers: pairs(answer), body});
      });
    });
    call.on('error', fail);
    call.on('timeout', () => call.destroy(new Error(`no answer within ${withinMs} ms`)));
    if (step.body === undefined) {
      call.end();
    } else {
      if (step.chunked !== true) call.setHeader('Content-Length', Buffer.byteLength(step.body));
      else call.setHeader('Transfer-Encoding', 'chunked');
      sendBody(call, step.body);
    }
  });
}

/** The value of a header, whatever its letter case. */
export function headerOf(answer: HttpAnswer, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return answer.headers.find(([key]) => key.toLowerCase() === wanted)?.[1];
}
