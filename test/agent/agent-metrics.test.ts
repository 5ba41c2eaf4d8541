import {describe, expect, it} from 'vitest';
import {metricsSummary, prometheusText} from '../../src/agent/routes/agent-metrics.ts';
import {type RuntimeConfig} from '../../src/config/runtime-config.ts';
import {loadConfig} from '../../src/config/load-config.ts';
import {IntervalMetrics} from '../../src/runtime/metrics.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {startAgent} from './running-agent.ts';

function telemetry(text: string): RuntimeConfig['telemetry'] {
  return loadConfig({devMode: true, paths: [], format: undefined, fragments: [`telemetry { ${text} }`], flagValues: new Map()}).config.telemetry;
}

interface Summary {
  readonly Gauges: readonly {readonly Name: string; readonly Value: number; readonly Labels: Readonly<Record<string, string>>}[];
  readonly Counters: readonly {readonly Name: string; readonly Count: number}[];
  readonly Samples: readonly {readonly Name: string; readonly Count: number; readonly Labels: Readonly<Record<string, string>>}[];
}

describe('metrics', () => {
  it('have the shapes and names of 1.21.4', () => {
    const metrics = new IntervalMetrics(new SimulatedClock());
    metrics.sampler('api.http', {method: 'GET', path: 'v1_kv_'}).add(2);
    metrics.sampler('api.http', {method: 'GET', path: 'v1_kv_'}).add(4);
    metrics.counter('raft.apply').add(1);
    const measured = {metrics, gauges: () => [{name: 'state.nodes', value: 3, labels: {datacenter: 'dc1'}}, {name: 'raft.last_index', value: 7}]};
    const {Timestamp, ...rest} = metricsSummary(telemetry('disable_hostname = true'), measured) as {readonly Timestamp: string};
    expect(Timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d0 \+0000 UTC$/);
    expect(rest).toEqual({
      Gauges: [{Name: 'consul.raft.last_index', Value: 7, Labels: {}}, {Name: 'consul.state.nodes', Value: 3, Labels: {datacenter: 'dc1'}}],
      Points: [],
      Counters: [{Name: 'consul.raft.apply', Count: 1, Rate: 0.1, Sum: 1, Min: 1, Max: 1, Mean: 1, Stddev: 0, Labels: {}}],
      Samples: [{Name: 'consul.api.http', Count: 2, Rate: 0.6, Sum: 6, Min: 2, Max: 4, Mean: 3, Stddev: Math.SQRT2, Labels: {method: 'GET', path: 'v1_kv_'}}],
    });
    expect(prometheusText(telemetry(''), measured)).toBe(`# HELP consul_api_http consul_api_http
# TYPE consul_api_http summary
consul_api_http_sum{method="GET",path="v1_kv_"} 6
consul_api_http_count{method="GET",path="v1_kv_"} 2
# HELP consul_raft_apply consul_raft_apply
# TYPE consul_raft_apply counter
consul_raft_apply 1
# HELP consul_raft_last_index consul_raft_last_index
# TYPE consul_raft_last_index gauge
consul_raft_last_index 7
# HELP consul_state_nodes consul_state_nodes
# TYPE consul_state_nodes gauge
consul_state_nodes{datacenter="dc1"} 3
`);
  });

  it('are filtered by the longest prefix that fits', () => {
    const metrics = new IntervalMetrics(new SimulatedClock());
    for (const name of ['raft.apply', 'raft.commit', 'rpc.request', 'rpc.server.call']) metrics.counter(name).add(1);
    const shown = (text: string): readonly string[] => (metricsSummary(telemetry(text), {metrics, gauges: () => []}) as Summary).Counters.map(({Name}) => Name);
    expect(shown('')).toEqual(['consul.raft.apply', 'consul.raft.commit', 'consul.rpc.request']);
    expect(shown('prefix_filter = ["-consul.raft", "+consul.raft.apply"]')).toEqual(['consul.raft.apply', 'consul.rpc.request']);
    expect(shown('filter_default = false prefix_filter = ["+consul.rpc.request"]')).toEqual(['consul.rpc.request']);
  });

  it('are gathered by a running agent: requests, writes, and what the catalog holds', async () => {
    const agent = await startAgent({config: 'telemetry { disable_hostname = true prometheus_retention_time = "1m" }'});
    await agent.call('PUT', '/v1/kv/a', 1);
    await agent.call('GET', '/v1/kv/a');
    const text = (await agent.call('GET', '/v1/agent/metrics?format=prometheus')).text;
    for (const line of ['consul_api_http_count{method="PUT",path="v1_kv_"} 1', 'consul_api_http_count{method="GET",path="v1_kv_"} 1', 'consul_kvs_apply_count 1', 'consul_state_kv_entries{datacenter="dc1"} 1', 'consul_server_isLeader 1']) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).toMatch(/\nconsul_raft_apply [1-9]/);
    expect(text).toMatch(/\nconsul_client_rpc [1-9]/);
    const summary = (await agent.json('/v1/agent/metrics')) as Summary;
    expect(summary.Gauges.find(({Name}) => Name === 'consul.state.nodes')).toEqual({Name: 'consul.state.nodes', Value: 1, Labels: {datacenter: 'dc1'}});
  });
});
