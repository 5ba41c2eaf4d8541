import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {OutputTail} from '../../src/health/output-tail.ts';

test('the last bytes of a stream are kept, whatever its pieces', () => {
  fc.assert(fc.property(fc.integer({min: 1, max: 40}), fc.array(fc.uint8Array({maxLength: 60}), {maxLength: 12}), (bytesMax, chunks) => {
    const tail = new OutputTail(bytesMax);
    for (const chunk of chunks) tail.write(chunk);
    const all = Buffer.concat(chunks);
    expect(tail.totalBytes).toBe(all.length);
    expect(tail.tail()).toBe(all.subarray(Math.max(0, all.length - bytesMax)).toString('utf8'));
  }));
});

test('a report says how much was left out, and nothing when all is there', () => {
  const tail = new OutputTail(4);
  tail.write(Buffer.from('abcd'));
  expect(tail.report()).toBe('abcd');
  tail.write(Buffer.from('e'));
  expect(tail.report()).toBe('Captured 4 of 5 bytes\n...\nbcde');
});

test('what was written is copied: the writer may use its buffer again', () => {
  const tail = new OutputTail(8);
  const chunk = Buffer.from('first');
  tail.write(chunk);
  chunk.fill(0x78);
  expect(tail.tail()).toBe('first');
});
