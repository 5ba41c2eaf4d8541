import {describe, expect, test} from 'vitest';
import {compareAnswers, Pairing} from './compare.ts';
import {jsonView, normaliseLine, rankIndexes, UuidNames} from './normalise.ts';

const facts = {ports: {http: 40001, dns: 40002, server: 40003, serfLan: 40004, serfWan: 40005}, directory: '/tmp/x', nodeId: '0a1b2c3d-0000-4000-8000-000000000001'};

describe('normalising', () => {
  test('uuids are numbered by first appearance, across lines', () => {
    const names = new UuidNames();
    const [a, b] = ['11111111-0000-4000-8000-000000000000', '22222222-0000-4000-8000-000000000000'];
    expect([`"${b}"`, `${a} ${b}`].map((line) => normaliseLine(line, facts, names))).toEqual(['"<uuid:1>"', '<uuid:2> <uuid:1>']);
  });

  test('ports, times, the folder, the short node id and content hashes become placeholders', () => {
    const line = '127.0.0.1:40003 2026-01-02T03:04:05.678Z /tmp/x/f 0a1b2c3d "ContentHash": "3d0ad7"';
    expect(normaliseLine(line, facts, new UuidNames())).toBe('127.0.0.1:<port:server> <time> <dir>/f <node-id> "ContentHash": "<hash>"');
  });

  test('indexes become their rank in the whole scenario, and 0 and 1 stay', () => {
    const names = new UuidNames();
    const raw = [['"ModifyIndex": 90,', 'X-Consul-Index: 1'], ['"CreateIndex": 17,', '"ModifyIndex": 90', '"LockIndex": 3', '"Index": 0']];
    expect(rankIndexes(raw.map((lines) => lines.map((line) => normaliseLine(line, facts, names))))).toEqual([
      ['"ModifyIndex": <index:2>,', 'X-Consul-Index: 1'],
      ['"CreateIndex": <index:1>,', '"ModifyIndex": <index:2>', '"LockIndex": 3', '"Index": 0'],
    ]);
  });

  test('a sorted view does not depend on random ids, a shape only on names and kinds', () => {
    const one = JSON.stringify([{ID: 'b', Name: 'x', CreateIndex: 9}, {ID: 'a', Name: 'y', CreateIndex: 8}]);
    const other = JSON.stringify([{ID: 'a', Name: 'y', CreateIndex: 8}, {ID: 'b', Name: 'x', CreateIndex: 9}]);
    expect(jsonView(one, 'sorted')).toEqual(jsonView(other, 'sorted'));
    expect(jsonView('{"A":1,"B":[{"C":null},{"C":2}]}', 'shape').join('')).toBe('{  "A": "number",  "B": [    {      "C": "null"    }  ]}');
  });
});

describe('comparing', () => {
  test('equal stays equal and later stays later, whatever the numbers are', () => {
    const pairing = new Pairing();
    expect(compareAnswers(['a <index:1> <index:2>'], ['a <index:5> <index:9>'], pairing)).toEqual([]);
    expect(compareAnswers(['b <index:1>'], ['b <index:5>'], pairing)).toEqual([]);
    expect(compareAnswers(['c <index:1>'], ['c <index:9>'], pairing)).toHaveLength(2);
    expect(compareAnswers(['d <index:3>'], ['d <index:8>'], pairing)).toHaveLength(2);
    expect(compareAnswers(['e <index:3>'], ['e <index:10>'], pairing)).toEqual([]);
  });

  test('two ids are not one id', () => {
    const pairing = new Pairing();
    expect(compareAnswers(['<uuid:1>', '<uuid:2>'], ['<uuid:4>', '<uuid:4>'], pairing)).toHaveLength(2);
  });

  test('a missing and a surplus line are shown as such', () => {
    expect(compareAnswers(['same', 'gone', 'end'], ['same', 'end', 'more'], new Pairing())).toEqual(['- gone', '+ more']);
  });
});
