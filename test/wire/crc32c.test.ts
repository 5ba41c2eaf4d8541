import {expect, test} from 'vitest';
import {crc32c} from '../../src/wire/crc32c.ts';

test.each([
  ['', 0],
  ['123456789', 0xe3069283],
  ['\0'.repeat(32), 0x8a9136aa],
  ['\xff'.repeat(32), 0x62a8ab43],
])('of %j is the one of RFC 3720', (text, sum) => {
  expect(crc32c(Buffer.from(text, 'latin1'))).toBe(sum);
});
