/**
 * Loaded into a server under soak (`--import`): how late its event loop was, by the wall clock, and how long its garbage
 * collector paused it. Of the latest looks it tells what the loop's thread did with the time: worked, collected garbage, or
 * waited for a processor that others had. At SIGUSR2 it writes what it saw since the last one to the file of DELAY_MONITOR_FILE.
 */
import {closeSync, openSync, readSync, writeFileSync} from 'node:fs';
import {constants, monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver} from 'node:perf_hooks';

const resolutionMs = 5;
const boundsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const nanosPerMs = 1e6;

/** Latest looks that are told of one by one. */
const toldLooks = 8;

/** A stretch between two looks, in milliseconds: how long, and of it processor time of the loop's thread and its wait for one. */
interface Stretch {
  readonly endMs: number;
  readonly wallMs: number;
  readonly usedMs: number;
  readonly queuedMs: number;
}

const delay = monitorEventLoopDelay({resolution: resolutionMs});
delay.enable();
let gc = new Map<string, number>();
let gcMaxMs = 0;
let gcTotalMs = 0;
let pauses: {readonly startMs: number; readonly durationMs: number}[] = [];
let latest: Stretch[] = [];

/** Linux tells there how long the main thread has run and how long it has waited to run, in nanoseconds. */
const schedstat = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
process.on('exit', () => closeSync(schedstat));
const statBytes = Buffer.alloc(128);

function threadTimes(): {usedMs: number; queuedMs: number} {
  const [used, queued] = statBytes.toString('latin1', 0, readSync(schedstat, statBytes, 0, statBytes.length, 0)).split(' ');
  return {usedMs: Number(used) / nanosPerMs, queuedMs: Number(queued) / nanosPerMs};
}

let last = {atMs: performance.now(), ...threadTimes()};
setInterval(() => {
  const now = {atMs: performance.now(), ...threadTimes()};
  const wallMs = now.atMs - last.atMs;
  if (wallMs > (latest[toldLooks - 1]?.wallMs ?? resolutionMs * 2)) {
    latest.push({endMs: now.atMs, wallMs, usedMs: now.usedMs - last.usedMs, queuedMs: now.queuedMs - last.queuedMs});
    latest = latest.sort((a, b) => b.wallMs - a.wallMs).slice(0, toldLooks);
  }
  last = now;
}, resolutionMs).unref();

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

function told({endMs, wallMs, usedMs, queuedMs}: Stretch): Record<string, number> {
  const gcMs = pauses.reduce((sum, {startMs, durationMs}) => sum + Math.max(0, Math.min(endMs, startMs + durationMs) - Math.max(endMs - wallMs, startMs)), 0);
  return {wallMs: rounded(wallMs), usedMs: rounded(usedMs), queuedMs: rounded(queuedMs), gcMs: rounded(gcMs)};
}

new PerformanceObserver((entries) => {
  for (const entry of entries.getEntries()) {
    const kind = kindOf(entry);
    const bucket = `${kind} ≤${boundsMs.find((bound) => entry.duration <= bound) ?? '…'}`;
    gc.set(bucket, (gc.get(bucket) ?? 0) + 1);
    gcMaxMs = Math.max(gcMaxMs, entry.duration);
    gcTotalMs += entry.duration;
    pauses.push({startMs: entry.startTime, durationMs: entry.duration});
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
    latest: latest.map(told),
    residentMib: Math.round(memory.rss / 2 ** 20),
    heapMib: Math.round(memory.heapUsed / 2 ** 20),
  };
  writeFileSync(process.env['DELAY_MONITOR_FILE'] ?? 'delay.json', JSON.stringify(report));
  delay.reset();
  gc = new Map();
  gcMaxMs = 0;
  gcTotalMs = 0;
  pauses = [];
  latest = [];
});
