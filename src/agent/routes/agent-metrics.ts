import {hostname} from 'node:os';
import {PerformanceObserver} from 'node:perf_hooks';
import {getHeapStatistics} from 'node:v8';
import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {CONSUL_VERSION} from '../../program-version.ts';
import {type Gauge, type IntervalMetrics, type MeterReading, type MetricLabels, metricsIntervalMs, type MetricSink} from '../../runtime/metrics.ts';

type Telemetry = RuntimeConfig['telemetry'];

/** What the process itself can be asked. Consul's counts of goroutines and Go's allocations have no counterpart. */
export function processGauges(collections: GcTally): readonly Gauge[] {
  const {heapUsed, rss} = process.memoryUsage();
  return [
    {name: 'runtime.alloc_bytes', value: heapUsed},
    {name: 'runtime.sys_bytes', value: rss},
    {name: 'runtime.heap_limit_bytes', value: getHeapStatistics().heap_size_limit},
    {name: 'runtime.total_gc_pause_ns', value: Math.round(collections.pausedMs * 1e6)},
    {name: 'runtime.total_gc_runs', value: collections.runs},
    {name: 'version', value: 1, labels: {pre_release: '', version: CONSUL_VERSION}},
  ];
}

/** Counts garbage collections from now on, and measures each as `runtime.gc_pause_ns`. */
export class GcTally {
  runs = 0;
  pausedMs = 0;
  readonly #observer: PerformanceObserver;

  constructor(metrics: MetricSink) {
    const pauses = metrics.sampler('runtime.gc_pause_ns');
    this.#observer = new PerformanceObserver((list) => {
      for (const {duration} of list.getEntries()) {
        this.runs++;
        this.pausedMs += duration;
        pauses.add(Math.round(duration * 1e6));
      }
    });
  }

  start(): void {
    this.#observer.observe({entryTypes: ['gc']});
  }

  stop(): void {
    this.#observer.disconnect();
  }
}

/** Everything that `/v1/agent/metrics` shows. */
export interface MeasuredAgent {
  readonly metrics: IntervalMetrics;
  readonly gauges: () => readonly Gauge[];
}

/** The answer of `/v1/agent/metrics` (http-core.md §7.11): gauges have the host's name in theirs, unless it is off. */
export function metricsSummary(telemetry: Telemetry, {metrics, gauges}: MeasuredAgent): unknown {
  const {metricsPrefix, disableHostname} = telemetry;
  const gaugePrefix = disableHostname ? metricsPrefix : `${metricsPrefix}.${hostname()}`;
  const shown = (name: string): boolean => isShown(telemetry, `${metricsPrefix}.${name}`);
  const aggregates = (readings: readonly MeterReading[]): readonly unknown[] => readings.filter(({name}) => shown(name)).map((reading) => aggregated(metricsPrefix, reading));
  return {
    Timestamp: `${new Date(metrics.shownSinceMs).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`,
    Gauges: inOrder(gauges()).filter(({name}) => shown(name)).map(({name, value, labels = {}}) => ({Name: `${gaugePrefix}.${name}`, Value: value, Labels: labels})),
    Points: [],
    Counters: aggregates(metrics.counters()),
    Samples: aggregates(metrics.samples()),
  };
}

function aggregated(prefix: string, {name, labels, interval: {count, sum, sumOfSquares, min, max}}: MeterReading): unknown {
  const mean = count === 0 ? 0 : sum / count;
  const variance = count < 2 ? 0 : (count * sumOfSquares - sum * sum) / (count * (count - 1));
  return {
    Name: `${prefix}.${name}`,
    Count: count,
    Rate: sum / (metricsIntervalMs / 1000),
    Sum: sum,
    Min: min,
    Max: max,
    Mean: mean,
    Stddev: Math.sqrt(Math.max(0, variance)),
    Labels: labels,
  };
}

/** The same in Prometheus's text format, which sums up since the start. */
export function prometheusText(telemetry: Telemetry, {metrics, gauges}: MeasuredAgent): string {
  const families = new Map<string, {readonly type: string; readonly lines: string[]}>();
  const family = (name: string, type: string): {readonly flat: string; readonly lines: string[]} | undefined => {
    const full = `${telemetry.metricsPrefix}.${name}`;
    if (!isShown(telemetry, full)) return undefined;
    const flat = full.replace(/[^a-zA-Z0-9_]/g, '_');
    const known = families.get(flat) ?? {type, lines: []};
    families.set(flat, known);
    return known.type === type ? {flat, lines: known.lines} : undefined;
  };
  for (const {name, value, labels = {}} of gauges()) {
    const to = family(name, 'gauge');
    to?.lines.push(`${to.flat}${labelText(labels)} ${value}\n`);
  }
  const {counters, samples} = metrics.totals();
  for (const {name, labels, totalSum} of counters) {
    const to = family(name, 'counter');
    to?.lines.push(`${to.flat}${labelText(labels)} ${totalSum}\n`);
  }
  for (const {name, labels, totalSum, totalCount} of samples) {
    const to = family(name, 'summary');
    to?.lines.push(`${to.flat}_sum${labelText(labels)} ${totalSum}\n`, `${to.flat}_count${labelText(labels)} ${totalCount}\n`);
  }
  return [...families].sort(([a], [b]) => (a < b ? -1 : 1)).map(([flat, {type, lines}]) => `# HELP ${flat} ${flat}\n# TYPE ${flat} ${type}\n${lines.join('')}`).join('');
}

function labelText(labels: MetricLabels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** `telemetry.prefix_filter` and `filter_default`: the longest prefix that fits decides. */
function isShown({filterDefault, allowedPrefixes, blockedPrefixes}: Telemetry, name: string): boolean {
  const longest = (prefixes: readonly string[]): number => Math.max(-1, ...prefixes.filter((prefix) => name.startsWith(prefix)).map(({length}) => length));
  const [allowed, blocked] = [longest(allowedPrefixes), longest(blockedPrefixes)];
  return allowed === blocked ? filterDefault : allowed > blocked;
}

function inOrder(gauges: readonly Gauge[]): readonly Gauge[] {
  const keyed = gauges.map((gauge) => ({gauge, key: [gauge.name, ...Object.entries(gauge.labels ?? {}).flat()].join('\0')}));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({gauge}) => gauge);
}
