import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {SoakClient} from './soak-client.ts';

export interface SoakClusterOptions {
  /** The program: `bin/consul`, or a real one. */
  readonly program: string;
  /** Where servers keep their data and logs. */
  readonly folder: string;
  /** HCL on top of what every server gets. */
  readonly config: string;
  readonly count?: number;
  /** Servers watch their event loop and garbage collector; see `delays`. */
  readonly monitored?: boolean;
}

/** A server process with an address of its own in 127.0.0.0/8, so that all keep their usual ports. */
export class SoakServer {
  readonly name: string;
  readonly host: string;
  readonly client: SoakClient;
  readonly logPath: string;
  readonly #argv: readonly string[];
  readonly #program: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #delayFile: string;
  #child: ChildProcess | undefined;

  constructor({program, folder, config, count = 3, monitored = false}: SoakClusterOptions, net: string, at: number) {
    this.name = `server${at}`;
    this.host = `${net}.${at}`;
    this.client = new SoakClient(this.host);
    this.logPath = join(folder, `${this.name}.log`);
    this.#program = program;
    this.#delayFile = join(folder, `${this.name}.delays.json`);
    const options = `--import=${join(import.meta.dirname, 'delay-monitor.ts')}`;
    this.#environment = {...process.env, ...(monitored && {PROCONSUL_NODE_OPTIONS: options, DELAY_MONITOR_FILE: this.#delayFile})};
    const joins = Array.from({length: count}, (_, i) => `-retry-join=${net}.${i + 1}`);
    this.#argv = [
      'agent', '-server', `-bootstrap-expect=${count}`, `-node=${this.name}`, `-data-dir=${join(folder, this.name)}`, `-bind=${this.host}`,
      `-client=${this.host}`, '-dns-port=-1', '-serf-wan-port=-1', '-retry-interval=1s', ...joins, '-hcl', config,
    ];
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  start(): void {
    if (this.#child !== undefined) return;
    const log = openSync(this.logPath, 'a');
    const child = spawn(this.#program, this.#argv, {stdio: ['ignore', log, log], env: this.#environment});
    closeSync(log);
    this.#child = child;
    child.on('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
  }

  /** What a monitored server has seen since the last call (see delay-monitor.ts). */
  async delays(): Promise<unknown> {
    rmSync(this.#delayFile, {force: true});
    this.#child?.kill('SIGUSR2');
    while (!existsSync(this.#delayFile)) await pause(50);
    // It may have been seen before it was written.
    await pause(100);
    return JSON.parse(readFileSync(this.#delayFile, 'utf8')) as unknown;
  }

  /** Lines of this server's log from byte `from` on. */
  logSince(from: number): string[] {
    return readFileSync(this.logPath).subarray(from).toString('utf8').split('\n');
  }

  get logBytes(): number {
    return statSync(this.logPath).size;
  }

  /** Ends the process; resolves when it is gone. */
  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}

/** Three servers as real processes on this machine. */
export class SoakCluster {
  readonly servers: readonly SoakServer[];

  constructor(options: SoakClusterOptions) {
    mkdirSync(options.folder, {recursive: true});
    // Another net each time: runs beside one another do not meet.
    const net = `127.${20 + Math.floor(Math.random() * 200)}.${Math.floor(Math.random() * 250)}`;
    this.servers = Array.from({length: options.count ?? 3}, (_, i) => new SoakServer(options, net, i + 1));
  }

  start(): void {
    for (const server of this.servers) server.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop('SIGKILL')));
    for (const {client} of this.servers) client.close();
  }

  /** The server that the others follow, as most say. */
  async leader(): Promise<SoakServer | undefined> {
    const said = await Promise.all(this.servers.map(({client}) => client.leaderHost()));
    return this.servers.find(({host}) => said.filter((other) => other === host).length * 2 > this.servers.length);
  }

  /** Resolves when all servers follow one leader and hold what it holds. @throws Error after `withinMs` */
  async settled(withinMs: number): Promise<SoakServer> {
    const untilMs = performance.now() + withinMs;
    for (;;) {
      const leader = await this.leader();
      if (leader !== undefined && (await this.#isInStep())) return leader;
      if (performance.now() > untilMs) throw new Error(`the servers did not come together within ${withinMs / 1000} s`);
      await pause(200);
    }
  }

  /** All have applied one and the same index, and one leads. */
  async #isInStep(): Promise<boolean> {
    const stats = await Promise.all(this.servers.map(({client}) => client.raftStats()));
    const [first] = stats;
    return first !== undefined && first.applied > 0 && stats.every((stat) => stat?.applied === first.applied && stat.term === first.term);
  }
}
