import {expect, test} from 'vitest';
import {metadataFault} from '../../src/schema/metadata.ts';

const fault = (key: string, value: string): string | undefined => metadataFault(new Map([[key, value]]));

test('metadata is bounded in pairs, and in the bytes of keys and values', () => {
  expect(metadataFault(new Map(Array.from({length: 64}, (_, i) => [`k${i}`, ''])))).toBeUndefined();
  expect(metadataFault(new Map(Array.from({length: 65}, (_, i) => [`k${i}`, ''])))).toBe('Node metadata cannot contain more than 64 key/value pairs');
  expect(fault('k'.repeat(128), 'é'.repeat(256))).toBeUndefined();
  expect(fault('k'.repeat(129), '')).toMatch(/: Key is too long \(limit: 128 characters\)$/);
  expect(fault('k', `${'é'.repeat(256)}e`)).toMatch(/: Value is too long \(limit: 512 characters\)$/);
});

test('keys are plain words, and those of Consul itself only where it writes them', () => {
  expect(fault('', 'v')).toBe("Couldn't load metadata pair ('', 'v'): Key cannot be blank");
  expect(fault('a b', 'v')).toBe("Couldn't load metadata pair ('a b', 'v'): Key contains invalid characters");
  expect(fault('consul-version', 'v')).toBe("Couldn't load metadata pair ('consul-version', 'v'): Key prefix 'consul-' is reserved for internal use");
  expect(metadataFault(new Map([['consul-version', 'v']]), true)).toBeUndefined();
});
