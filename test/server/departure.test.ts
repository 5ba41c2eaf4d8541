import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {type RaftServer, suffrage} from '../../src/raft/configuration.ts';
import {RaftError} from '../../src/raft/raft-error.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {Departure, type DepartureOptions} from '../../src/server/departure.ts';

interface Cluster {
  readonly departure: Departure;
  readonly clock: SimulatedClock;
  readonly done: string[];
  readonly raft: {role: string; configuration: {servers: RaftServer[]}};
}

function server(id: string, vote: RaftServer['suffrage'] = suffrage.voter): RaftServer {
  return {id, address: id, suffrage: vote};
}

/** @param failures how often handing on fails */
function cluster(role: string, servers: RaftServer[], failures = 0): Cluster {
  const clock = new SimulatedClock();
  const done: string[] = [];
  let left = failures;
  const raft: DepartureOptions['raft'] & Cluster['raft'] = {
    role,
    configuration: {servers},
    transferLeadership: () => {
      done.push('transfer');
      if (left-- > 0) return Promise.reject(new RaftError('transfer-failed', 'nobody took it'));
      raft.role = 'follower';
      return Promise.resolve();
    },
    changeMembership: ({op, id}) => {
      done.push(`${op} ${id}`);
      return Promise.resolve();
    },
  };
  return {departure: new Departure({ownId: 'a', raft, clock, logger: silentLogger}), clock, done, raft};
}

test.each([
  ['a leader hands on', 'leader', [server('a'), server('b')], 0, ['transfer']],
  ['it tries again', 'leader', [server('a'), server('b')], 2, ['transfer', 'transfer', 'transfer']],
  ['where nobody takes it, it takes itself out', 'leader', [server('a'), server('b')], 3, ['transfer', 'transfer', 'transfer', 'remove-server a']],
  ['whoever leads alone keeps leading', 'leader', [server('a')], 0, []],
  ['nobody without a vote is handed on to', 'leader', [server('a'), server('b', suffrage.nonvoter)], 0, []],
  ['a follower has nothing to hand on', 'follower', [server('a'), server('b')], 0, []],
] as const)('%s', async (_, role, servers, failures, expected) => {
  const {departure, done} = cluster(role, [...servers], failures);
  await departure.handOn();
  expect(done).toEqual(expected);
});

test('a server stays until Raft has let it go', async () => {
  const {departure, clock, raft} = cluster('follower', [server('a'), server('b')]);
  let isOver = false;
  const waiting = departure.untilLetGo().then(() => (isOver = true));
  clock.advance(1000);
  await turn();
  expect(isOver).toBe(false);
  raft.configuration.servers.shift();
  clock.advance(1000);
  await waiting;
});

test('it does not stay for ever', async () => {
  const {departure, clock} = cluster('follower', [server('a'), server('b')]);
  let isOver = false;
  const waiting = departure.untilLetGo().then(() => (isOver = true));
  while (!isOver && clock.nowMs() < 60_000) {
    clock.advance(100);
    await turn();
  }
  await waiting;
  expect(clock.nowMs()).toBeLessThan(6000);
});

test('a lone server waits for nobody', async () => {
  await cluster('follower', [server('a')]).departure.untilLetGo();
});
