import {expect, it} from 'vitest';
import {type Effect} from '../../../src/raft/core/effects.ts';
import {RaftCore} from '../../../src/raft/core/raft-core.ts';
import {decodeHardState} from '../../../src/raft/log/batch-layout.ts';
import {logType} from '../../../src/raft/log-entry.ts';
import {scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {seededRandom} from '../../../src/runtime/random.ts';

const random = seededRandom(1);
const leader = {id: 'n3', address: 'n3:1'};

function empty(hasForgotten: boolean): RaftCore {
  const core = new RaftCore({id: 'n1', address: 'n1:1'}, scaledRaftConfig(1), {
    hardState: {term: 0, votedFor: ''}, firstIndex: 1, lastIndex: 0, termRuns: [], configurations: [], hasForgotten,
    snapshot: {index: 0, term: 0, configuration: {servers: []}, configurationIndex: 0},
  });
  core.start(0, 0, random);
  return core;
}

function append(core: RaftCore, prevIndex: number, last: number, leaderCommit: number): readonly Effect[] {
  const entries = Array.from({length: last - prevIndex}, (_, i) => ({index: prevIndex + 1 + i, term: 1, type: logType.noop, data: null, extensions: null, appendedAtMs: 0}));
  const request = {kind: 'append', from: leader, term: 1, prevIndex, prevTerm: prevIndex === 0 ? 0 : 1, entries, leaderCommit, heartbeat: false} as const;
  return core.step({kind: 'request', ref: 1, request}, 1, 1, random);
}

/** Whether it grants a vote and a pre-vote in term 5 to a candidate whose log is long enough, and that the leader agrees to. */
function votes(core: RaftCore): readonly boolean[] {
  const base = {from: leader, term: 5, lastIndex: 99, lastTerm: 4};
  const effects = [
    ...core.step({kind: 'request', ref: 2, request: {kind: 'pre-vote', ...base}}, 1, 1, random),
    ...core.step({kind: 'request', ref: 3, request: {kind: 'vote', ...base, leadershipTransfer: true}}, 1, 1, random),
  ];
  return effects.flatMap((effect) => (effect.kind === 'reply' && 'granted' in effect.response ? [effect.response.granted] : []));
}

it('a server that was never one votes with an empty log', () => {
  expect(votes(empty(false))).toEqual([true, true]);
});

it('a server that has lost its log votes again when it holds what the leader took it to hold', () => {
  const core = empty(true);
  expect(votes(core)).toEqual([false, false]);
  expect(core.state.hard.term).toBe(0);
  append(core, 7, 7, 5);
  append(core, 0, 4, 5);
  expect(votes(core)).toEqual([false, false]);
  append(core, 4, 6, 6);
  expect(votes(core)).toEqual([false, false]);
  append(core, 6, 7, 6);
  expect(votes(core)).toEqual([true, true]);
});

it('or when it holds what was committed, if the leader begins with the first entry', () => {
  const core = empty(true);
  append(core, 0, 2, 4);
  expect(votes(core)).toEqual([false, false]);
  append(core, 2, 4, 4);
  expect(votes(core)).toEqual([true, true]);
});

it('and a restart on the way does not make it forget that it has forgotten', () => {
  const core = empty(true);
  append(core, 0, 2, 4);
  const {hard} = core.state;
  expect(hard).toEqual({term: 1, votedFor: '', owes: true});
  const again = new RaftCore({id: 'n1', address: 'n1:1'}, scaledRaftConfig(1), {
    hardState: decodeHardState(Buffer.from(JSON.stringify(hard))), firstIndex: 1, lastIndex: 2, termRuns: [{first: 1, term: 1}], configurations: [],
    snapshot: {index: 0, term: 0, configuration: {servers: []}, configurationIndex: 0},
  });
  again.start(0, 0, random);
  expect(votes(again)).toEqual([false, false]);
  append(again, 2, 4, 4);
  expect(again.state.hard).toEqual({term: 1, votedFor: ''});
  expect(votes(again)).toEqual([true, true]);
});

it('or when it makes a cluster of its own', () => {
  const core = empty(true);
  core.step({kind: 'bootstrap', ref: 1, configuration: {servers: [{id: 'n1', address: 'n1:1', suffrage: 0}]}}, 1, 1, random);
  expect(core.state.owed).toBeUndefined();
});
