import {availableParallelism, arch, platform} from 'node:os';
import {CONSUL_VERSION} from '../../program-version.ts';
import {type AgentCore, type Stats} from '../core/agent-core.ts';
import {type AgentPools} from '../gossip/agent-pools.ts';
import {type LocalAgent} from '../local/local-agent.ts';

const goArchitectures: Readonly<Record<string, string>> = {x64: 'amd64', ia32: '386'};

/** `Stats` of `/v1/agent/self`, which `consul info` prints (http-core.md §7.1). */
export function agentStats(core: AgentCore, local: LocalAgent, pools: AgentPools): Readonly<Record<string, Stats>> {
  const {monitors, ttls} = local.running;
  return {
    agent: {
      check_monitors: String(monitors),
      check_ttls: String(ttls),
      checks: String(local.state.checks().length),
      services: String(local.state.services().length),
    },
    build: {prerelease: '', revision: '', version: CONSUL_VERSION, version_metadata: ''},
    ...core.stats(),
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
