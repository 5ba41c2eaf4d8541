import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, mkdirSync, openSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';

const pollEveryMs = 100;
const logTailBytes = 4_000;
const requestTimeoutMs = 15_000;

/** The program under test, as the build made it. */
export const ours = new URL('../../../bin/consul', import.meta.url).pathname;

/** One agent, ours or a real Consul, with Consul's own ports on a loopback address that it has for itself. */
export class AgentProcess {
  readonly address: string;
  readonly folder: string;
  /** What runs the program, with its arguments: none, or one that gives it other surroundings and becomes it. */
  readonly #launcher: readonly string[];
  #child: ChildProcess | undefined;

  /** @param address something of 127.0.0.0/8 @param folder its data, configuration and log; is made */
  constructor(address: string, folder: string, launcher: readonly string[] = []) {
    this.address = address;
    this.folder = folder;
    this.#launcher = launcher;
    mkdirSync(folder, {recursive: true});
  }

  /** Starts it, or a program of the other kind in its place on the same data. */
  async start(program: string, ...options: readonly string[]): Promise<void> {
    const log = openSync(this.#logPath, 'a');
    const [command = program, ...words] = [...this.#launcher, program];
    const child = spawn(command, [
      ...words, 'agent', `-data-dir=${join(this.folder, 'data')}`, `-bind=${this.address}`, `-client=${this.address}`, `-node=host${this.address.split('.').at(-1)}`,
      '-retry-interval=1s', ...options,
    ], {stdio: ['ignore', log, log]});
    closeSync(log);
    this.#child = child;
    await once(child, 'spawn');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Waits for its own end. @returns its exit code; null when it was killed */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) throw new Error('it does not run');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    this.#child = undefined;
    return child.exitCode;
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** What it is told with leave_on_terminate or `leave`: the process ends by itself. */
  async leave(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    await this.ask('PUT', '/v1/agent/leave');
    await gone;
    this.#child = undefined;
  }

  /** @returns the body @throws Error for a status of 400 and above */
  async ask(method: string, path: string, body?: string): Promise<string> {
    const response = await fetch(`http://${this.address}:8500${path}`, {method, signal: AbortSignal.timeout(requestTimeoutMs), ...(body === undefined ? {} : {body})});
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  }

  get(path: string): Promise<string> {
    return this.ask('GET', path);
  }

  put(path: string, body?: string): Promise<string> {
    return this.ask('PUT', path, body);
  }

  async putBytes(path: string, body: Buffer): Promise<void> {
    const response = await fetch(`http://${this.address}:8500${path}`, {method: 'PUT', body: new Uint8Array(body), signal: AbortSignal.timeout(requestTimeoutMs)});
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  }

  async bytes(path: string): Promise<Buffer> {
    const response = await fetch(`http://${this.address}:8500${path}`, {signal: AbortSignal.timeout(requestTimeoutMs)});
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** Asks again and again until the answer is what is awaited. @throws Error with the last answer and the end of the log */
  async until(path: string, fits: (body: string) => boolean, withinMs = 45_000): Promise<string> {
    const deadline = performance.now() + withinMs;
    let last = '';
    while (performance.now() < deadline) {
      try {
        last = await this.get(path);
        if (fits(last)) return last;
      } catch (error) {
        last = String(error);
      }
      await pause(pollEveryMs);
    }
    throw new Error(`${this.address}${path} did not become what was awaited; its last answer: ${last}\nIts log ends:\n${this.log.slice(-logTailBytes)}`);
  }

  get log(): string {
    return readFileSync(this.#logPath, 'utf8');
  }

  get #logPath(): string {
    return join(this.folder, 'agent.log');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}
