import {Readable} from 'node:stream';
import {expect, test} from 'vitest';
import {bodyOfParts} from '../../src/http/json-parts.ts';
import {streamedBytesMin} from '../../src/http/limits.ts';

const partBytes = 64 * 1024;

/** Counts how many of its parts were made. */
function source(count: number) {
  let made = 0;
  const parts = function* (): Generator<string, void> {
    while (made < count) {
      made++;
      yield String(made % 10).repeat(partBytes);
    }
  };
  return {parts: parts(), made: () => made, whole: () => Array.from({length: count}, (_, i) => String((i + 1) % 10).repeat(partBytes)).join('')};
}

async function textOf(body: Buffer | Readable): Promise<string> {
  if (Buffer.isBuffer(body)) return body.toString();
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('what is not very long is one buffer, with its end', async () => {
  expect(await bodyOfParts(['[]'], '\n')).toEqual(Buffer.from('[]\n'));
  expect(await bodyOfParts(['[', '"é"', ']'], '')).toEqual(Buffer.from('["é"]'));
  const {parts, whole} = source(20);
  const body = await bodyOfParts(parts, '\n');
  expect(Buffer.isBuffer(body)).toBe(true);
  expect(await textOf(body)).toBe(`${whole()}\n`);
});

test('what is very long is a stream of the same bytes, made no faster than it is read', async () => {
  const count = (streamedBytesMin / partBytes) * 3;
  const {parts, made, whole} = source(count);
  const body = await bodyOfParts(parts, '\n');
  expect(body).toBeInstanceOf(Readable);
  expect(made() * partBytes).toBeLessThan(streamedBytesMin + 2 * partBytes);
  expect((await textOf(body)) === `${whole()}\n`).toBe(true);
});

test('a stream that its reader gives up makes nothing more', async () => {
  const {parts, made} = source(10_000);
  const body = await bodyOfParts(parts, '');
  if (!(body instanceof Readable)) throw new Error('expected a stream');
  for await (const _ of body) break;
  expect(made() * partBytes).toBeLessThan(2 * streamedBytesMin);
});
