import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync, mkdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {exchangeHttp, NoAnswer} from './exchange-http.ts';
import {freePorts} from './free-ports.ts';

const READY_WITHIN_MS = 60_000;
const POLL_EVERY_MS = 50;
const LOG_TAIL_BYTES = 4_000;
/** How long the registrations of a new agent must lie still before a scenario begins. */
const STILL_FOR_MS = 400;

export interface ProgramPorts {
  readonly http: number;
  readonly dns: number;
  readonly server: number;
  readonly serfLan: number;
  readonly serfWan: number;
}

export interface RunningProgram {
  readonly path: string;
  readonly pid: number;
  readonly ports: ProgramPorts;
  /** A folder of its own: data, configuration, files of the steps. */
  readonly directory: string;
  /** Ends the program at once and removes its folder. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly mode: 'dev' | 'server' | 'client';
  /** Default: `NODE_NAME`. */
  readonly nodeName?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** To look at the program with, while it gets ready. */
  readonly token?: string;
}

export const NODE_NAME = 'n1';

function argumentsOf(directory: string, ports: ProgramPorts, options: ProgramOptions): string[] {
  writeFileSync(join(directory, 'agent.json'), JSON.stringify(options.config ?? {}));
  return [
    'agent', ...(options.mode === 'dev' ? ['-dev'] : [`-data-dir=${join(directory, 'data')}`, ...(options.mode === 'server' ? ['-server', '-bootstrap-expect=1'] : [])]),
    `-node=${options.nodeName ?? NODE_NAME}`, '-bind=127.0.0.1', '-client=127.0.0.1', `-http-port=${ports.http}`, `-dns-port=${ports.dns}`,
    `-server-port=${ports.server}`, `-serf-lan-port=${ports.serfLan}`, `-serf-wan-port=${ports.serfWan}`, '-grpc-port=-1', '-grpc-tls-port=-1',
    `-config-file=${join(directory, 'agent.json')}`,
  ];
}

async function bodyOf(port: number, path: string, token?: string): Promise<string> {
  try {
    return (await exchangeHttp(port, {method: 'GET', path, ...(token !== undefined && {headers: {'X-Consul-Token': token}})})).body.toString();
  } catch (error) {
    if (error instanceof NoAnswer) return '';
    throw error;
  }
}

/** A leader is known, and the agent's node, its check and its service have been written. */
async function isReady(port: number, token?: string): Promise<string | undefined> {
  if (!(await bodyOf(port, '/v1/status/leader')).includes(':')) return undefined;
  const node = await bodyOf(port, `/v1/catalog/node/${NODE_NAME}`, token);
  const checks = await bodyOf(port, `/v1/health/node/${NODE_NAME}`, token);
  return node.includes('consul-version') && node.includes('"lan"') && node.includes('"consul"') && checks.includes('"passing"') ? node + checks : undefined;
}

async function untilReady(child: ChildProcess, port: number, log: string, token?: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  let last: string | undefined;
  let stillSince = 0;
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const seen = await isReady(port, token);
    if (seen === undefined || seen !== last) stillSince = performance.now();
    else if (performance.now() - stillSince >= STILL_FOR_MS) return;
    last = seen;
    await pause(POLL_EVERY_MS);
  }
  throw new Error(`the program did not become ready (exit ${child.exitCode ?? child.signalCode ?? 'none'}); its log ends:\n${readFileSync(log, 'utf8').slice(-LOG_TAIL_BYTES)}`);
}

export interface ProgramPlace {
  /** Holds data, configuration and log; a place used again is a restart. */
  readonly directory: string;
  readonly ports: ProgramPorts;
}

/** A new place: a folder of its own and five free ports. */
export async function newPlace(): Promise<ProgramPlace> {
  const [http = 0, dns = 0, server = 0, serfLan = 0, serfWan = 0] = await freePorts(5);
  const directory = mkdtempSync(join(tmpdir(), 'conformance-'));
  mkdirSync(join(directory, 'cli'));
  return {directory, ports: {http, dns, server, serfLan, serfWan}};
}

export interface LaunchedProgram {
  readonly child: ChildProcess;
  readonly log: string;
  /** Ends the program at once, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a consul-like program as one server on loopback, and does not wait for it. */
export async function launchProgram(path: string, options: ProgramOptions, place: ProgramPlace): Promise<LaunchedProgram> {
  const log = join(place.directory, 'agent.log');
  const output = openSync(log, 'w');
  const child = spawn(path, argumentsOf(place.directory, place.ports, options), {stdio: ['ignore', output, output], cwd: place.directory});
  closeSync(output);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  await once(child, 'spawn');
  return {child, log, kill};
}

/**
 * Starts a consul-like program as one server on loopback, with free ports and a folder of its own, and waits until it
 * leads and has registered itself. Throws with the end of its log when it does not get there.
 */
export async function startProgram(path: string, options: ProgramOptions): Promise<RunningProgram> {
  const place = await newPlace();
  const launched = await launchProgram(path, options, place);
  const stop = async (): Promise<void> => {
    await launched.kill();
    rmSync(place.directory, {recursive: true, force: true});
  };
  try {
    await untilReady(launched.child, place.ports.http, launched.log, options.token);
  } catch (error) {
    await stop();
    throw error;
  }
  return {path, pid: launched.child.pid ?? 0, ports: place.ports, directory: join(place.directory, 'cli'), stop};
}
