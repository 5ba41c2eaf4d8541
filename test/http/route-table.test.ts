import fc from 'fast-check';
import {expect, test} from 'vitest';
import {RouteTable} from '../../src/http/route-table.ts';

const table = (paths: readonly string[], pages: readonly string[] = []): RouteTable => new RouteTable(paths.map((path) => ({path, methods: {}})), pages);

test('a path is served by the route of its name, else by the longest prefix that ends in a slash', () => {
  const routes = table(['/v1/kv/', '/v1/agent/self', '/v1/agent/', '/v1/agent/check/pass/', '/v1/txn']);
  const found = (path: string): string | undefined => routes.find(path)?.path;
  expect(['/v1/kv/', '/v1/kv/a', '/v1/kv/a/b/c/d/e/f'].map(found)).toEqual(['/v1/kv/', '/v1/kv/', '/v1/kv/']);
  expect(['/v1/agent/self', '/v1/agent/self/x', '/v1/agent/other'].map(found)).toEqual(['/v1/agent/self', '/v1/agent/', '/v1/agent/']);
  expect(['/v1/agent/check/pass/a/b', '/v1/agent/check/pass', '/v1/txn'].map(found)).toEqual(['/v1/agent/check/pass/', '/v1/agent/', '/v1/txn']);
  expect(['/v1/kv/', '/v1/kv/a/b', '/v1/agent/other', '/v1/txn', '/v1/kv'].map((path) => routes.leaf(path)?.path)).toEqual(['/v1/kv/', '/v1/kv/', undefined, undefined, undefined]);
  expect(['/v1/kv', '/v1/txn/', '/v1/', '/', ''].map(found)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test('a prefix lacks its slash unless the bare path is served too', () => {
  const routes = table(['/v1/kv/', '/v1/acl/token/', '/v1/acl/token', '/v1/txn'], ['/ui/', '/']);
  expect(['/v1/kv', '/ui'].map((path) => routes.lacksSlash(path))).toEqual([true, true]);
  expect(['/v1/acl/token', '/v1/txn', '/v1/kv/', '/v1'].map((path) => routes.lacksSlash(path))).toEqual([false, false, false, false]);
});

test('what is found is what looking at every route finds', () => {
  const segments = fc.array(fc.constantFrom('a', 'b', 'c', ''), {maxLength: 6});
  const path = segments.map((parts) => `/${parts.join('/')}`);
  fc.assert(fc.property(fc.uniqueArray(path, {maxLength: 12}), path, (paths, asked) => {
    const longest = paths.filter((known) => known === asked || (known.endsWith('/') && asked.startsWith(known)))
      .reduce<string | undefined>((best, known) => (known === asked || (best !== asked && known.length > (best?.length ?? 0)) ? known : best), undefined);
    const routes = table(paths);
    expect(routes.find(asked)?.path).toBe(longest);
    expect([undefined, longest]).toContain(routes.leaf(asked)?.path);
  }));
});
