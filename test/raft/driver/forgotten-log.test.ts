import {expect, test} from 'vitest';
import {type PreVoteRequest} from '../../../src/raft/core/messages.ts';
import {type RaftHandler, type RaftTransport} from '../../../src/raft/driver/raft-transport.ts';
import {RaftNode} from '../../../src/raft/driver/raft-node.ts';
import {unconnectedTransport} from '../../../src/raft/driver/unconnected-transport.ts';
import {debtToldEveryMs} from '../../../src/raft/limits.ts';
import {BatchedLogStore} from '../../../src/raft/log/batched-log-store.ts';
import {SimulatedDisk} from '../../../src/raft/log/simulated-disk.ts';
import {scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {DirectorySnapshotStore} from '../../../src/raft/snapshot/directory-snapshot-store.ts';
import {type Logger, silentLogger} from '../../../src/runtime/logger.ts';
import {seededRandom} from '../../../src/runtime/random.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';
import {CountingFsm} from './counting-fsm.ts';
import {inFolder} from './single-server.ts';

const question: PreVoteRequest = {kind: 'pre-vote', from: {id: 'n1', address: '127.0.0.1:1'}, term: 2, lastIndex: 9, lastTerm: 1};

test('a member without a log says why it gives no vote, now and then', () => inFolder(async (folder) => {
  const served = Promise.withResolvers<RaftHandler>();
  const transport: RaftTransport = {...unconnectedTransport, serve: served.resolve};
  const clock = new SimulatedClock();
  const warnings: string[] = [];
  const logger: Logger = {...silentLogger, warn: (text, fields) => void warnings.push(`${text} ${String(fields?.['candidate'])}`)};
  const node = new RaftNode({
    id: 'n2', address: '127.0.0.1:2', logStore: new BatchedLogStore(new SimulatedDisk().asLogDisk()), snapshotStore: new DirectorySnapshotStore(folder),
    fsm: new CountingFsm(), transport, clock, random: seededRandom(1), config: scaledRaftConfig(1), logger, wasMember: true,
  });
  await node.start();
  const handler = await served.promise;
  for (const laterMs of [0, 1, debtToldEveryMs]) {
    clock.advance(laterMs);
    expect(await handler.handle(question)).toMatchObject({granted: false});
  }
  expect(warnings.filter((text) => text.includes('no vote') && text.endsWith('127.0.0.1:1'))).toHaveLength(2);
  await node.close();
}));
