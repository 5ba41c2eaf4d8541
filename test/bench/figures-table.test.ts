import {expect, test} from 'vitest';
import {Figures, figuresTable, medianOf, ratio} from './figures-table.ts';

test('the median is the middle value, or the mean of the two middle ones', () => {
  expect(medianOf([9, 1, 5])).toBe(5);
  expect(medianOf([4, 1, 3, 2])).toBe(2.5);
});

test('a ratio above one is better, for rates and for times alike', () => {
  expect(ratio(30, 20, 'more')).toBe(1.5);
  expect(ratio(20, 30, 'less')).toBe(1.5);
});

test('the table gives median, spread and ratio of each figure, and does without a Consul beside it', () => {
  const ours = new Figures();
  const theirs = new Figures();
  for (const value of [90, 100, 110]) ours.add([{name: 'gets', value, unit: '/s', better: 'more'}]);
  theirs.add([{name: 'gets', value: 50, unit: '/s', better: 'more'}]);
  expect(figuresTable(ours, theirs)[1]?.split(/\s{2,}/)).toEqual(['gets', '100 /s', '±20%', '50.0 /s', '±0%', '2.00×']);
  expect(figuresTable(ours, undefined)[1]?.split(/\s{2,}/)).toEqual(['gets', '100 /s', '±20%']);
});
