import {hostname} from 'node:os';
import {type RuntimeConfig} from '../../config/runtime-config.ts';

/** One measured value; `name` without the prefix, as `runtime.alloc_bytes`. */
export interface Gauge {
  readonly name: string;
  readonly value: number;
}

/** What the process itself can be asked. */
export function processGauges(): readonly Gauge[] {
  const {heapUsed, rss} = process.memoryUsage();
  return [
    {name: 'runtime.alloc_bytes', value: heapUsed},
    {name: 'runtime.sys_bytes', value: rss},
  ];
}

/** The gauges under their full names, sorted: `consul.<host>.runtime.alloc_bytes` (http-core.md §7.11). */
function named({metricsPrefix, disableHostname}: RuntimeConfig['telemetry'], gauges: readonly Gauge[]): readonly Gauge[] {
  const prefix = disableHostname ? metricsPrefix : `${metricsPrefix}.${hostname()}`;
  return gauges.map(({name, value}) => ({name: `${prefix}.${name}`, value})).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The answer of `/v1/agent/metrics`. Counters and samples are not gathered (docs/compatibility.md). */
export function metricsSummary(telemetry: RuntimeConfig['telemetry'], gauges: readonly Gauge[], wallMs: number): unknown {
  return {
    Timestamp: `${new Date(wallMs).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`,
    Gauges: named(telemetry, gauges).map(({name, value}) => ({Name: name, Value: value, Labels: {}})),
    Points: [],
    Counters: [],
    Samples: [],
  };
}

/** The same in Prometheus's text format. */
export function prometheusText(telemetry: RuntimeConfig['telemetry'], gauges: readonly Gauge[]): string {
  return named({...telemetry, disableHostname: true}, gauges)
    .map(({name, value}) => {
      const flat = name.replace(/[^a-zA-Z0-9_]/g, '_');
      return `# HELP ${flat} ${flat}\n# TYPE ${flat} gauge\n${flat} ${value}\n`;
    })
    .join('');
}
