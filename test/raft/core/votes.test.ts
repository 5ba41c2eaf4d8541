import {expect, it} from 'vitest';

import {type Effect} from '../../../src/raft/core/effects.ts';
import {type VoteRequest} from '../../../src/raft/core/messages.ts';
import {RaftCore} from '../../../src/raft/core/raft-core.ts';
import {scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {seededRandom} from '../../../src/runtime/random.ts';

const servers = ['n1', 'n2', 'n3'].map((id) => ({id, address: `${id}:1`, suffrage: 0 as const}));
const random = seededRandom(1);

/** n1 with entries of terms 1, 2, 2, nobody leading. */
function voter(): RaftCore {
  const core = new RaftCore({id: 'n1', address: 'n1:1'}, scaledRaftConfig(1), {
    hardState: {term: 2, votedFor: ''},
    firstIndex: 1,
    lastIndex: 3,
    termRuns: [{first: 1, term: 1}, {first: 2, term: 2}],
    configurations: [{index: 1, configuration: {servers: [...servers, {id: 'n4', address: 'n4:1', suffrage: 1}]}}],
    snapshot: {index: 0, term: 0, configuration: {servers: []}, configurationIndex: 0},
  });
  core.start(0, 0, random);
  return core;
}

function ask(core: RaftCore, vote: Partial<VoteRequest>): readonly Effect[] {
  const request: VoteRequest = {kind: 'vote', from: {id: 'n2', address: 'n2:1'}, term: 3, lastIndex: 3, lastTerm: 2, leadershipTransfer: false, ...vote};
  return core.step({kind: 'request', ref: 1, request}, 1, 1, random);
}

const granted = (effects: readonly Effect[]): boolean => {
  const reply = effects.find((effect) => effect.kind === 'reply');
  return reply?.response.kind === 'vote-response' && reply.response.granted;
};

it('gives one vote a term, and the answer waits for its disk', () => {
  const core = voter();
  const effects = ask(core, {});
  const seq = effects.findLast((effect) => effect.kind === 'persist')?.seq;
  expect(effects).toContainEqual({kind: 'persist', seq, hardState: {term: 3, votedFor: 'n2'}});
  expect(effects.at(-1)).toMatchObject({kind: 'reply', afterSeq: seq, response: {granted: true, term: 3}});
  expect(granted(ask(core, {from: {id: 'n3', address: 'n3:1'}}))).toBe(false);
  expect(granted(ask(core, {}))).toBe(true);
});

it('gives none to an elder term, an elder log, a stranger or a nonvoter', () => {
  expect(granted(ask(voter(), {term: 1}))).toBe(false);
  expect(granted(ask(voter(), {lastTerm: 1, lastIndex: 9}))).toBe(false);
  expect(granted(ask(voter(), {lastIndex: 2}))).toBe(false);
  expect(granted(ask(voter(), {from: {id: 'n9', address: 'n9:1'}}))).toBe(false);
  expect(granted(ask(voter(), {from: {id: 'n4', address: 'n4:1'}}))).toBe(false);
});

it('knows a candidate of Consul 1.8, which states no id, by its address', () => {
  const effects = ask(voter(), {from: {id: '', address: 'n2:1'}});
  expect(effects).toContainEqual(expect.objectContaining({kind: 'persist', hardState: {term: 3, votedFor: 'n2'}}));
});

it('while it hears a leader, votes only when that leader asks for it', () => {
  const core = voter();
  const heartbeat = {kind: 'append', from: {id: 'n3', address: 'n3:1'}, term: 2, prevIndex: 0, prevTerm: 0, entries: [], leaderCommit: 0, heartbeat: true} as const;
  core.step({kind: 'request', ref: 2, request: heartbeat}, 1, 1, random);
  expect(granted(ask(core, {}))).toBe(false);
  expect(core.state.hard.term).toBe(2);
  expect(granted(ask(core, {leadershipTransfer: true}))).toBe(true);
});
