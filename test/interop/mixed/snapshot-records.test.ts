import {expect, test} from 'vitest';
import {stateDifferences} from './snapshot-records.ts';

test('equal states have no differences', () => {
  expect(stateDifferences(['2 {"Key":"a"}', '2 {"Key":"b"}'], ['2 {"Key":"a"}', '2 {"Key":"b"}'])).toEqual([]);
});

test('what stands in one of two states alone is told, side by side, and how often it stands counts', () => {
  expect(stateDifferences(['16 a 1', '2 x', '3 s'], ['16 a 2', '2 x', '2 x', '3 s'])).toEqual(['- 16 a 1', '+ 16 a 2', '+ 2 x']);
});
