import {spawn} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {cpuSeconds} from './process-usage.ts';

/** What one load did to one program. */
export interface LoadResult {
  readonly perSecond: number;
  /** Answers for each second of the program's own CPU time: steadier than wall-clock on a busy machine. */
  readonly perCpuSecond: number;
  readonly p99Ms: number | undefined;
  /** Answers that were not a success, or never came. */
  readonly failed: number;
}

const UNIT_MS: Readonly<Record<string, number>> = {us: 0.001, ms: 1, s: 1_000, m: 60_000};

/** Runs a tool and gives its stdout; says which Debian package is missing when there is no such tool. */
function runTool(tool: string, argv: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, argv, {stdio: ['ignore', 'pipe', 'pipe']});
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error(`${tool} is not installed; on Debian: apt-get install ${tool}`) : error);
    });
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${tool} ended with ${code ?? 'a signal'}: ${err}`))));
  });
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? Number.NaN);
}

export interface WrkLoad {
  readonly path: string;
  readonly connections: number;
  /** A wrk script in Lua, for requests that are not all one GET. */
  readonly script?: string;
}

export interface LoadTarget {
  readonly pid: number;
  /** Processes whose CPU time counts too: the other servers of a cluster. */
  readonly otherPids?: readonly number[];
  /** Where the ports are; 127.0.0.1 by default. */
  readonly host?: string;
  readonly httpPort: number;
  readonly dnsPort: number;
  /** A folder for scripts and query files. */
  readonly directory: string;
  readonly seconds: number;
}

/** Loads the HTTP port with wrk, one thread. */
export async function loadHttp(target: LoadTarget, load: WrkLoad): Promise<LoadResult> {
  const script = join(target.directory, 'load.lua');
  writeFileSync(script, load.script ?? '');
  const pids = [target.pid, ...(target.otherPids ?? [])];
  const used = (): number => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const before = used();
  const out = await runTool('wrk', ['--latency', '-t1', `-c${load.connections}`, `-d${target.seconds}s`, ...(load.script === undefined ? [] : ['-s', script]), `http://${target.host ?? '127.0.0.1'}:${target.httpPort}${load.path}`]);
  const cpu = used() - before;
  const p99 = /99%\s+([\d.]+)(us|ms|s|m)/.exec(out);
  const timeouts = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(out)?.slice(1).reduce((sum, count) => sum + Number(count), 0) ?? 0;
  return {
    perSecond: numberIn(out, /Requests\/sec:\s+([\d.]+)/),
    perCpuSecond: numberIn(out, /(\d+) requests in/) / cpu,
    p99Ms: p99 === null ? undefined : Number(p99[1]) * (UNIT_MS[p99[2] ?? ''] ?? 1),
    failed: Number(/Non-2xx or 3xx responses: (\d+)/.exec(out)?.[1] ?? 0) + timeouts,
  };
}

/** Loads the DNS port with dnsperf: 8 clients, 100 questions under way. */
export async function loadDns(target: LoadTarget, question: string): Promise<LoadResult> {
  const file = join(target.directory, 'questions.txt');
  writeFileSync(file, `${question}\n`);
  const before = cpuSeconds(target.pid);
  const out = await runTool('dnsperf', ['-s', '127.0.0.1', '-p', String(target.dnsPort), '-d', file, '-l', String(target.seconds), '-c', '8', '-q', '100']);
  const used = cpuSeconds(target.pid) - before;
  return {
    perSecond: numberIn(out, /Queries per second:\s+([\d.]+)/),
    perCpuSecond: numberIn(out, /Queries completed:\s+(\d+)/) / used,
    p99Ms: undefined,
    failed: numberIn(out, /Queries lost:\s+(\d+)/),
  };
}
