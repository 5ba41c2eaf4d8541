/**
 * Loaded into the agent under measure (`--import`), it watches from inside how long the event loop is kept: every
 * millisecond, how much CPU time its thread has used since the last look. A loop that is not kept has used about a
 * millisecond's worth; one that was kept for 30 ms has used 30, however busy the machine is with other things. Garbage
 * collection on the thread counts, and is told apart. At each SIGUSR2 it appends what it saw to the file of
 * LOOP_MONITOR_FILE, one line of JSON, and begins anew.
 */
import {appendFileSync} from 'node:fs';
import {PerformanceObserver} from 'node:perf_hooks';

const everyMs = 1;
const microsPerMs = 1_000;

let keptMs: number[] = [];
let pausesMs: number[] = [];
let lastMicros = usedMicros();

function usedMicros(): number {
  const {user, system} = process.threadCpuUsage();
  return user + system;
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

function summary(values: number[]): {count: number; p50: number; p99: number; max: number} {
  values.sort((a, b) => a - b);
  return {count: values.length, p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: values.at(-1) ?? 0};
}

setInterval(() => {
  const micros = usedMicros();
  keptMs.push((micros - lastMicros) / microsPerMs);
  lastMicros = micros;
}, everyMs).unref();

new PerformanceObserver((entries) => {
  for (const {duration} of entries.getEntries()) pausesMs.push(duration);
}).observe({entryTypes: ['gc']});

process.on('SIGUSR2', () => {
  const line = JSON.stringify({loop: summary(keptMs), gc: summary(pausesMs), gcHistogram: histogram(pausesMs)});
  appendFileSync(process.env['LOOP_MONITOR_FILE'] ?? 'loop-monitor.jsonl', `${line}\n`);
  keptMs = [];
  pausesMs = [];
});

/** How many pauses were at most 1, 2, 5, … ms long. */
function histogram(values: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) {
    const bound = [1, 2, 5, 10, 20, 50, 100, 1_000, Infinity].find((limit) => value <= limit) ?? Infinity;
    counts[`≤${bound}`] = (counts[`≤${bound}`] ?? 0) + 1;
  }
  return counts;
}
