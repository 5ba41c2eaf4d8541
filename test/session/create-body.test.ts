import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {ConsulError} from '../../src/consul-error.ts';
import {readCreateBody} from '../../src/session/http-create-body.ts';
import {Session} from '../../src/session/schema.ts';

const read = (body: unknown): Session => readCreateBody(Buffer.from(JSON.stringify(body)), 'here');

describe('the body of a session create', () => {
  it('may be missing: a session on the agent’s own node that depends on its health', () => {
    const plain = Session.make({Node: 'here', LockDelay: 15e9, Behavior: 'release', NodeChecks: ['serfHealth']});
    expect(readCreateBody(undefined, 'here')).toEqual(plain);
    expect(read({})).toEqual(plain);
    expect(read({ID: 'mine', Namespace: 'x', Unknown: 1})).toEqual(plain);
  });

  it.each([
    [5, 5e9],
    [999, 999e9],
    [1000, 1000],
    [5e9, 5e9],
    ['20s', 20e9],
    [0, 0],
    ['0', 0],
    ['999ns', 999],
  ])('takes small numbers of LockDelay as seconds: %j', (given, ns) => {
    expect(read({LockDelay: given}).LockDelay).toBe(ns);
  });

  it.each([
    [{NodeChecks: []}, [], null],
    [{NodeChecks: ['x']}, ['x'], null],
    [{Checks: []}, [], null],
    [{Checks: null}, [], null],
    [{Checks: ['x']}, ['serfHealth'], ['x']],
    [{checks: ['x'], nodechecks: ['y']}, ['y'], ['x']],
  ])('tells no list from an empty one: %j', (body, nodeChecks, checks) => {
    expect(read(body)).toMatchObject({NodeChecks: nodeChecks, Checks: checks});
  });

  it('keeps an empty node, which the server refuses', () => {
    expect([read({Node: ''}).Node, read({Node: 'n2'}).Node]).toEqual(['', 'n2']);
  });

  it('is refused with Go’s text when it does not fit', () => {
    expect(() => read({LockDelay: 'zz'})).toThrow('Request decode failed: time: invalid duration "zz"');
    expect(() => read({TTL: 5})).toThrow(/^Request decode failed: /);
  });

  it('is refused, never worse, whatever it is', () => {
    const refusedOrRead = (body: Buffer): void => {
      try {
        readCreateBody(body, 'here');
      } catch (error) {
        expect(error).toBeInstanceOf(ConsulError);
        expect(error).toMatchObject({httpStatus: 400, message: expect.stringMatching(/^Request decode failed: /) as string});
      }
    };
    const field = fc.constantFrom('Node', 'name', 'LockDelay', 'TTL', 'NodeChecks', 'ServiceChecks', 'Checks', 'Behavior', 'Other');
    fc.assert(fc.property(fc.dictionary(field, fc.jsonValue()), (body) => refusedOrRead(Buffer.from(JSON.stringify(body)))));
    fc.assert(fc.property(fc.json(), (text) => refusedOrRead(Buffer.from(text))));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => refusedOrRead(Buffer.from(bytes))));
  });
});
