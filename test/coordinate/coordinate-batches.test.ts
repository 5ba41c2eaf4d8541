import {expect, test} from 'vitest';
import {CoordinateBatches} from '../../src/coordinate/coordinate-batches.ts';
import {type NodeCoordinate} from '../../src/coordinate/schema.ts';
import {type Proposer} from '../../src/fsm/proposer.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {newCoordinate} from '../../src/schema/coordinate.ts';

interface Written {
  readonly type: number;
  readonly nodes: readonly string[];
}

/** Batches of two nodes, at most two of them each second, and what they write. */
function batches(): {batches: CoordinateBatches; clock: SimulatedClock; written: Written[]} {
  const clock = new SimulatedClock();
  const written: Written[] = [];
  const proposer: Proposer = {
    propose: (type, _, body) => {
      written.push({type, nodes: (body as readonly NodeCoordinate[]).map(({Node}) => Node)});
      return Promise.resolve(null);
    },
  };
  return {batches: new CoordinateBatches({proposer, periodMs: 1000, batchSize: 2, batchesMax: 2, clock, logger: silentLogger}), clock, written};
}

/** Lets what was resolved go on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

const at = (Node: string): NodeCoordinate => ({Node, Segment: '', Partition: '', Coord: newCoordinate()});

test('what comes within a period is written at its end, in batches, by a command that old servers may ignore', async () => {
  const {batches: gathered, clock, written} = batches();
  for (const node of ['a', 'b', 'c']) gathered.add(at(node));
  clock.advance(999);
  expect(written).toEqual([]);
  clock.advance(1);
  await settled();
  expect(written).toEqual([{type: 6 | 128, nodes: ['a', 'b']}, {type: 6 | 128, nodes: ['c']}]);
});

test('the newest coordinate of a node replaces the one that waits; beyond the bound new nodes come another time', async () => {
  const {batches: gathered, clock, written} = batches();
  for (const node of ['a', 'b', 'c', 'd', 'e', 'a']) gathered.add(at(node));
  clock.advance(1000);
  await settled();
  expect(written.flatMap(({nodes}) => nodes)).toEqual(['a', 'b', 'c', 'd']);
  gathered.add(at('e'));
  clock.advance(1000);
  await settled();
  expect(written.at(-1)?.nodes).toEqual(['e']);
});

test('after the end nothing is written', async () => {
  const {batches: gathered, clock, written} = batches();
  gathered.add(at('a'));
  gathered.close();
  clock.advance(5000);
  await settled();
  expect(written).toEqual([]);
});
