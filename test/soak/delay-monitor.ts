/**
 * Loaded into a server under soak (`--import`): how late its event loop was, by the wall clock, and how long its garbage
 * collector paused it. At SIGUSR2 it writes what it saw since the last one to the file of DELAY_MONITOR_FILE.
 */
import {writeFileSync} from 'node:fs';
import {constants, monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver} from 'node:perf_hooks';

const resolutionMs = 5;
const boundsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const nanosPerMs = 1e6;

const delay = monitorEventLoopDelay({resolution: resolutionMs});
delay.enable();
let gc = new Map<string, number>();
let gcMaxMs = 0;
let gcTotalMs = 0;

new PerformanceObserver((entries) => {
  for (const entry of entries.getEntries()) {
    const kind = kindOf(entry);
    const bucket = `${kind} ≤${boundsMs.find((bound) => entry.duration <= bound) ?? '…'}`;
    gc.set(bucket, (gc.get(bucket) ?? 0) + 1);
    gcMaxMs = Math.max(gcMaxMs, entry.duration);
    gcTotalMs += entry.duration;
  }
}).observe({entryTypes: ['gc']});

function kindOf(entry: PerformanceEntry): string {
  const {kind} = (entry as PerformanceEntry & {detail?: {kind?: number}}).detail ?? {};
  return kind === constants.NODE_PERFORMANCE_GC_MINOR ? 'minor' : 'major';
}

/** Looks that were at most so late; the monitor itself looks every `resolutionMs`. */
function delayHistogram(): Record<string, number> {
  const counts: Record<string, number> = {};
  let before = 0;
  for (const bound of boundsMs) {
    const upTo = Math.round(delay.count * shareUpTo(bound));
    if (upTo > before) counts[`≤${bound}`] = upTo - before;
    before = upTo;
  }
  return counts;
}

/** The share of looks that were not later than this, found among the percentiles. */
function shareUpTo(boundMs: number): number {
  let low = 0;
  let high = 100;
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (delay.percentile(Math.max(middle, 1e-6)) / nanosPerMs - resolutionMs <= boundMs) low = middle;
    else high = middle;
  }
  return high > 99.999999 ? 1 : low / 100;
}

process.on('SIGUSR2', () => {
  const late = (nanos: number): number => Math.max(0, Math.round((nanos / nanosPerMs - resolutionMs) * 10) / 10);
  const memory = process.memoryUsage();
  const report = {
    delayMs: {p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), p999: late(delay.percentile(99.9)), max: late(delay.max), histogram: delayHistogram()},
    gcMs: {max: Math.round(gcMaxMs * 10) / 10, total: Math.round(gcTotalMs), histogram: Object.fromEntries([...gc].toSorted())},
    residentMib: Math.round(memory.rss / 2 ** 20),
    heapMib: Math.round(memory.heapUsed / 2 ** 20),
  };
  writeFileSync(process.env['DELAY_MONITOR_FILE'] ?? 'delay.json', JSON.stringify(report));
  delay.reset();
  gc = new Map();
  gcMaxMs = 0;
  gcTotalMs = 0;
});
