import {expect, it} from 'vitest';

import {type RaftRequest} from '../../../src/raft/core/messages.ts';
import {RaftCore} from '../../../src/raft/core/raft-core.ts';
import {scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {seededRandom} from '../../../src/runtime/random.ts';

const servers = [{id: 'n1', address: 'n1:1', suffrage: 0 as const}, {id: 'n2', address: 'n2:1', suffrage: 1 as const}];
const random = seededRandom(1);

it('a leader that steps down was in contact with the leader until that moment, though it never followed one', () => {
  const core = new RaftCore({id: 'n1', address: 'n1:1'}, scaledRaftConfig(1), {
    hardState: {term: 1, votedFor: ''},
    firstIndex: 1,
    lastIndex: 1,
    termRuns: [{first: 1, term: 1}],
    configurations: [{index: 1, configuration: {servers}}],
    snapshot: {index: 0, term: 0, configuration: {servers: []}, configurationIndex: 0},
  });
  // The only voter stands at once.
  for (const effect of core.start(0, 0, random)) {
    if (effect.kind === 'persist') core.step({kind: 'persisted', seq: effect.seq}, 0, 0, random);
  }
  expect(core.state.role).toBe('leader');
  const nowMs = 60_000;
  const request: RaftRequest = {kind: 'vote', from: {id: 'n2', address: 'n2:1'}, term: 9, lastIndex: 9, lastTerm: 8, leadershipTransfer: true};
  core.step({kind: 'request', ref: 1, request}, nowMs, nowMs, random);
  expect(core.state.role).toBe('follower');
  expect(core.state.contactMs).toBe(nowMs);
});
