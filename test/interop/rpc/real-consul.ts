import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {freePorts} from '../../conformance/free-ports.ts';
import {peer, peerIsAtLeast} from '../peer.ts';

/** A real Consul server on loopback, in a folder of its own; it may be stopped and started again. */
export class RealConsul {
  readonly folder: string;
  readonly serverPort: number;
  readonly nodeId = '0f6f64d2-7d2a-4d3f-9b6a-0a1b2c3d4e5f';
  readonly #httpPort: number;
  readonly #serfPort: number;
  readonly #config: Readonly<Record<string, unknown>>;
  #child: ChildProcess | undefined;
  #log = '';
  #watchers: (() => void)[] = [];

  private constructor(folder: string, config: Readonly<Record<string, unknown>>, [serverPort = 0, httpPort = 0, serfPort = 0]: readonly number[]) {
    this.folder = folder;
    this.#config = config;
    this.serverPort = serverPort;
    this.#httpPort = httpPort;
    this.#serfPort = serfPort;
  }

  /** @param config keys of a configuration file that are to be set besides the test's own */
  static async create(folder: string, config: Readonly<Record<string, unknown>> = {}): Promise<RealConsul> {
    return new RealConsul(folder, config, await freePorts(3));
  }

  get address(): string {
    return `127.0.0.1:${this.serverPort}`;
  }

  /** Resolves when the log says `until`. */
  async start(until: string): Promise<void> {
    const config = join(this.folder, 'consul.json');
    await mkdir(this.folder, {recursive: true});
    // Autopilot would remove a peer that gossip does not know.
    await writeFile(config, JSON.stringify({
      autopilot: {cleanup_dead_servers: false}, performance: {raft_multiplier: 1}, leave_on_terminate: false, ...this.#config,
      ports: {serf_wan: -1, dns: -1, grpc: -1, ...(peerIsAtLeast(14) && {grpc_tls: -1}), ...(this.#config['ports'] ?? {})},
    }));
    this.#log = '';
    this.#child = spawn(peer ?? '', [
      'agent', '-server', '-bootstrap-expect=1', '-node=real', `-node-id=${this.nodeId}`, '-bind=127.0.0.1', `-data-dir=${join(this.folder, 'data')}`,
      `-config-file=${config}`, `-server-port=${this.serverPort}`, `-http-port=${this.#httpPort}`, `-serf-lan-port=${this.#serfPort}`,
      '-log-level=debug',
    ], {stdio: ['ignore', 'pipe', 'inherit']});
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString();
      for (const wake of this.#watchers.splice(0)) wake();
    });
    this.#child.once('exit', () => {
      for (const wake of this.#watchers.splice(0)) wake();
    });
    await this.logged(until);
  }

  /** Resolves when the log, since the last start, contains the text. @throws Error when the process ends before */
  async logged(text: string): Promise<void> {
    while (!this.#log.includes(text)) {
      if (this.#child === undefined || this.#child.exitCode !== null) throw new Error(`consul ended:\n${this.#log}`);
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  async http(method: string, path: string, body?: string): Promise<string> {
    const response = await this.fetch(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return text;
  }

  /** One request over HTTP, whatever its answer. */
  fetch(method: string, path: string, body?: string | Buffer<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#httpPort}${path}`, {method, headers, ...(body === undefined ? {} : {body})});
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}
