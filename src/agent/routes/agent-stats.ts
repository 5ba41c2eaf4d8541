import {availableParallelism, arch, platform} from 'node:os';
import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {CONSUL_VERSION} from '../../program-version.ts';
import {type AgentPools} from '../gossip/agent-pools.ts';
import {type LocalAgent} from '../local/local-agent.ts';

/** Numbers about one part of the agent, as texts by name. */
export type Stats = Readonly<Record<string, string>>;

/** Raft as far as the statistics need it. */
export interface RaftView {
  readonly isLeader: boolean;
  readonly leaderAddress: string;
  stats(): Stats;
}

const goArchitectures: Readonly<Record<string, string>> = {x64: 'amd64', ia32: '386'};

/** `Stats` of `/v1/agent/self`, which `consul info` prints (http-core.md §7.1). */
export function agentStats(config: RuntimeConfig, local: LocalAgent, pools: AgentPools, raft: RaftView): Readonly<Record<string, Stats>> {
  const {monitors, ttls} = local.running;
  return {
    agent: {
      check_monitors: String(monitors),
      check_ttls: String(ttls),
      checks: String(local.state.checks().length),
      services: String(local.state.services().length),
    },
    build: {prerelease: '', revision: '', version: CONSUL_VERSION, version_metadata: ''},
    consul: {
      acl: config.acl.enabled ? 'enabled' : 'disabled',
      bootstrap: String(config.raft.bootstrap),
      known_datacenters: String(pools.datacenters().length),
      leader: String(raft.isLeader),
      leader_addr: raft.leaderAddress,
      server: String(config.server),
    },
    raft: raft.stats(),
    runtime: {
      arch: goArchitectures[arch()] ?? arch(),
      cpu_count: String(availableParallelism()),
      max_procs: String(availableParallelism()),
      os: platform(),
      version: `node ${process.versions.node}`,
    },
    serf_lan: pools.lan.serf.stats(),
    ...(pools.wan !== undefined && {serf_wan: pools.wan.serf.stats()}),
  };
}
