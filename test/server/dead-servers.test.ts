import {describe, expect, it} from 'vitest';
import {type RaftServer, suffrage} from '../../src/raft/configuration.ts';
import {deadServers} from '../../src/server/leader/dead-servers.ts';
import {serverMember, type ServerMember} from '../../src/server/server-member.ts';
import {member} from './changing-pool.ts';

function voters(...ids: string[]): RaftServer[] {
  return ids.map((id) => ({id: `id-${id}`, address: `10.0.0.1:${id}`, suffrage: suffrage.voter}));
}

function known(states: Readonly<Record<string, ServerMember['status']>>): ReadonlyMap<string, ServerMember> {
  const made = Object.entries(states).flatMap(([id, status]) => {
    const server = serverMember(member(id, {status}));
    return server === undefined ? [] : [[`id-${id}`, server] as const];
  });
  return new Map(made);
}

function gone(...[servers, members, minQuorum]: Parameters<typeof deadServers>): {unknown: readonly string[]; failed: string[]} {
  const {unknown, failed} = deadServers(servers, members, minQuorum);
  return {unknown, failed: failed.map(({name}) => name)};
}

describe('dead servers', () => {
  it('are taken out while fewer than half of the voters go', () => {
    expect(gone(voters('1', '2', '3'), known({1: 'alive', 2: 'alive', 3: 'failed'}), 0)).toEqual({unknown: [], failed: ['3']});
    expect(gone(voters('1', '2', '3'), known({1: 'alive', 2: 'failed', 3: 'failed'}), 0)).toEqual({unknown: [], failed: []});
    expect(gone(voters('1', '2', '3', '4', '5'), known({1: 'alive', 2: 'alive', 3: 'alive', 4: 'failed'}), 0)).toEqual({unknown: ['id-5'], failed: ['4']});
  });

  it('stay where fewer voters than the least wanted would be left', () => {
    const pool = known({1: 'alive', 2: 'alive', 3: 'alive', 4: 'alive', 5: 'failed'});
    expect(gone(voters('1', '2', '3', '4', '5'), pool, 5).failed).toEqual([]);
    expect(gone(voters('1', '2', '3', '4', '5'), pool, 4).failed).toEqual(['5']);
  });

  it('go without ado when they have no vote', () => {
    const servers = [...voters('1', '2'), {id: 'id-3', address: '10.0.0.1:3', suffrage: suffrage.nonvoter}];
    expect(gone(servers, known({1: 'alive', 2: 'alive', 3: 'failed'}), 0).failed).toEqual(['3']);
    expect(gone(servers, known({1: 'alive', 2: 'alive'}), 0).unknown).toEqual(['id-3']);
  });

  it('do not take the last of two with them', () => {
    expect(gone(voters('1', '2'), known({1: 'alive', 2: 'failed'}), 0).failed).toEqual([]);
  });
});
