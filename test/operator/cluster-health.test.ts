import {describe, expect, it} from 'vitest';
import {AutopilotState} from '../../src/operator/autopilot-state-schema.ts';
import {failureTolerance, healthOfCluster, stateOfCluster} from '../../src/operator/cluster-health.ts';
import {type ClusterServer} from '../../src/operator/cluster.ts';

function server(id: string, set: Partial<ClusterServer> = {}): ClusterServer {
  return {
    id, address: `10.0.0.${id}:8300`, suffrage: 'voter', isLeader: false, isReadReplica: false, name: `n${id}`, version: '1.21.4', serfStatus: 1,
    meta: new Map([['consul-version', '1.21.4']]), lastIndex: 7, lastTerm: 2, lastContactNs: 3_000_000, isHealthy: true, stableSinceMs: Date.UTC(2026, 0, 1) + 1234, ...set,
  };
}

describe('failure tolerance', () => {
  it.each([
    [1, 0, 0],
    [2, 0, 0],
    [3, 0, 1],
    [3, 1, 0],
    [3, 2, 0],
    [5, 0, 2],
    [5, 1, 1],
  ])('of %i voters, %i of them ill, is %i', (count, ill, tolerance) => {
    expect(failureTolerance(Array.from({length: count}, (_, i) => server(String(i), {isHealthy: i >= ill})))).toBe(tolerance);
  });

  it('does not count on servers without a vote', () => {
    expect(failureTolerance([server('1'), server('2'), server('3', {suffrage: 'non-voter'})])).toBe(0);
  });
});

describe('the state of a cluster', () => {
  const state = stateOfCluster([
    server('3', {serfStatus: 4, isHealthy: false}),
    server('2', {isLeader: true, lastContactNs: 0}),
    server('1'),
    server('4', {suffrage: 'non-voter'}),
    server('5', {serfStatus: 0, name: '', meta: null, isHealthy: false}),
  ]);

  it('names the leader first among the voters, then the others by their ids', () => {
    expect(state.Leader).toBe('2');
    expect(state.Voters).toEqual(['2', '1', '3', '5']);
  });

  it('is healthy only while all servers are', () => {
    expect(state.Healthy).toBe(false);
    expect(stateOfCluster([server('1', {isLeader: true})]).Healthy).toBe(true);
  });

  it('tells what each server is', () => {
    const shown = [...(state.Servers ?? [])].map(([id, entry]) => [id, entry?.State, entry?.Server.NodeStatus, entry?.Health.Healthy]);
    expect(shown).toEqual([['3', 'voter', 'failed', false], ['2', 'leader', 'alive', true], ['1', 'voter', 'alive', true], ['4', 'non-voter', 'alive', true], ['5', 'voter', 'unknown', false]]);
  });

  it('comes back from the wire as it was', () => {
    expect(AutopilotState.fromMsgpack(AutopilotState.toMsgpack(state))).toEqual(state);
  });
});

it('shows since when a server is stable to the second', () => {
  const [shown] = healthOfCluster([server('1')]).Servers ?? [];
  expect(shown?.StableSince.nanos).toBe(0);
});
