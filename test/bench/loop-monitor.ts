/**
 * Loaded into the agent under measure (`--import`), it watches from inside how long the event loop is kept: every
 * millisecond, how much CPU time its thread has used since the last look. A loop that is not kept has used about a
 * millisecond's worth; one that was kept for 30 ms has used 30, however busy the machine is with other things. The thread's
 * part of garbage collection counts, and is told apart. At each SIGUSR2 it appends what it saw to the file of
 * LOOP_MONITOR_FILE, one line of JSON, and begins anew.
 */
import {appendFileSync} from 'node:fs';
import {PerformanceObserver} from 'node:perf_hooks';

/** A stretch between two looks: when it ended, how long it was, and what the thread used of it. All in milliseconds. */
interface Look {
  readonly endMs: number;
  readonly wallMs: number;
  readonly usedMs: number;
}

interface Pause {
  readonly startMs: number;
  readonly durationMs: number;
}

const everyMs = 1;
const microsPerMs = 1_000;
const histogramBoundsMs = [1, 2, 5, 10, 20, 50, 100, 1_000, Infinity];

let looks: Look[] = [];
let pauses: Pause[] = [];
let lastMicros = usedMicros();
let lastMs = performance.now();

function usedMicros(): number {
  const {user, system} = process.threadCpuUsage();
  return user + system;
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

function summary(values: readonly number[]): {count: number; p50: number; p99: number; max: number} {
  const sorted = values.toSorted((a, b) => a - b);
  return {count: sorted.length, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: sorted.at(-1) ?? 0};
}

/** What a stretch used besides collecting garbage; never too much, for pauses are measured by the wall clock. */
function ownMs({endMs, wallMs, usedMs}: Look): number {
  let collectingMs = 0;
  for (const {startMs, durationMs} of pauses) {
    collectingMs += Math.max(0, Math.min(endMs, startMs + durationMs) - Math.max(endMs - wallMs, startMs));
  }
  return Math.max(0, usedMs - collectingMs);
}

/** How many pauses were at most 1, 2, 5, … ms long. */
function histogram(values: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) {
    const bound = `≤${histogramBoundsMs.find((limit) => value <= limit) ?? Infinity}`;
    counts[bound] = (counts[bound] ?? 0) + 1;
  }
  return counts;
}

setInterval(() => {
  const micros = usedMicros();
  const nowMs = performance.now();
  looks.push({endMs: nowMs, wallMs: nowMs - lastMs, usedMs: (micros - lastMicros) / microsPerMs});
  lastMicros = micros;
  lastMs = nowMs;
}, everyMs).unref();

new PerformanceObserver((entries) => {
  for (const {startTime, duration} of entries.getEntries()) pauses.push({startMs: startTime, durationMs: duration});
}).observe({entryTypes: ['gc']});

process.on('SIGUSR2', () => {
  const durations = pauses.map(({durationMs}) => durationMs);
  const longest = looks.toSorted((a, b) => b.usedMs - a.usedMs).slice(0, 100);
  const line = JSON.stringify({
    loop: summary(looks.map(({usedMs}) => usedMs)),
    ownLongest: Math.max(0, ...longest.map(ownMs)),
    gc: summary(durations),
    gcHistogram: histogram(durations),
  });
  appendFileSync(process.env['LOOP_MONITOR_FILE'] ?? 'loop-monitor.jsonl', `${line}\n`);
  looks = [];
  pauses = [];
  // Telling was work too, and no part of what comes next.
  lastMicros = usedMicros();
  lastMs = performance.now();
});
