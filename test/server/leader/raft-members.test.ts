import {describe, expect, it} from 'vitest';
import {changedConfiguration, type Configuration, type ConfigurationChange, type RaftServer, suffrage} from '../../../src/raft/configuration.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {RaftMembers} from '../../../src/server/leader/raft-members.ts';
import {type ServerMember, serverMember} from '../../../src/server/server-member.ts';
import {member} from '../changing-pool.ts';

function raftServer(id: string, host: string, vote: RaftServer['suffrage'] = suffrage.voter): RaftServer {
  return {id, address: `10.0.0.${host}:8300`, suffrage: vote};
}

function joining(name: string, host: string, tags: Readonly<Record<string, string>> = {}): ServerMember {
  const alive = member(name, {address: `10.0.0.${host}`});
  const server = serverMember({...alive, tags: {...alive.tags, ...tags}});
  if (server === undefined) throw new Error('no server');
  return server;
}

/** A leader, `id-a`, whose Raft makes every change at once. */
class Leader {
  configuration: Configuration;
  readonly done: string[] = [];
  readonly members: RaftMembers;

  constructor(...servers: RaftServer[]) {
    this.configuration = {servers};
    this.members = new RaftMembers(this, 'id-a', silentLogger);
  }

  changeMembership(change: ConfigurationChange): Promise<void> {
    this.done.push(`${change.op} ${change.id}`);
    this.configuration = changedConfiguration(this.configuration, change);
    return Promise.resolve();
  }
}

const three = [raftServer('id-a', '1'), raftServer('id-b', '2'), raftServer('id-c', '3')];

describe('a server that joins', () => {
  it('follows without a vote at first', async () => {
    const leader = new Leader(raftServer('id-a', '1'));
    await leader.members.joined(joining('b', '2'));
    expect(leader.done).toEqual(['add-nonvoter id-b']);
    await leader.members.joined(joining('b', '2'));
    expect(leader.done).toHaveLength(1);
  });

  it('at another address keeps what it had: its vote, or none', async () => {
    const leader = new Leader(...three, raftServer('id-d', '4', suffrage.nonvoter));
    await leader.members.joined(joining('b', '22'));
    await leader.members.joined(joining('d', '44'));
    expect(leader.done).toEqual(['add-voter id-b', 'add-nonvoter id-d']);
    expect(leader.configuration.servers).toEqual([raftServer('id-a', '1'), raftServer('id-b', '22'), raftServer('id-c', '3'), raftServer('id-d', '44', suffrage.nonvoter)]);
  });

  it('with an empty disk takes the place of who was at its address', async () => {
    const leader = new Leader(...three);
    await leader.members.joined(joining('new', '3'));
    expect(leader.done).toEqual(['remove-server id-c', 'add-nonvoter id-new']);
  });

  it('does not where too few would be left', async () => {
    const leader = new Leader(...three.slice(0, 2));
    await leader.members.joined(joining('new', '2'));
    expect(leader.done).toEqual([]);
  });

  it('takes the place of a server without a vote anywhere', async () => {
    const leader = new Leader(raftServer('id-a', '1'), raftServer('id-b', '2', suffrage.nonvoter));
    await leader.members.joined(joining('new', '2'));
    expect(leader.done).toEqual(['remove-server id-b', 'add-nonvoter id-new']);
  });

  it('is left alone when it may have made a cluster of its own', async () => {
    const leader = new Leader(...three);
    await leader.members.joined(joining('b', '2', {bootstrap: '1'}));
    await leader.members.joined(joining('stranger', '9', {bootstrap: '1'}));
    expect(leader.done).toEqual([]);
  });
});

describe('a server that left', () => {
  it('is taken out once', async () => {
    const leader = new Leader(...three);
    await leader.members.gone('id-c', 'c');
    await leader.members.gone('id-c', 'c');
    expect(leader.done).toEqual(['remove-server id-c']);
  });

  it('is not taken out by itself', async () => {
    const leader = new Leader(...three);
    await leader.members.gone('id-a', 'a');
    await leader.members.joined(joining('a', '11'));
    expect(leader.done).toEqual([]);
  });
});
