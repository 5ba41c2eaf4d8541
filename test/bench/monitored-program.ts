import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {launchProgram, type LaunchedProgram, newPlace, type ProgramOptions, type ProgramPlace} from '../conformance/program.ts';
import {timeToAnswer} from './start-up.ts';

/** What the monitor inside saw of one stretch of work. All in milliseconds. */
export interface Stretch {
  readonly loop: {readonly count: number; readonly p50: number; readonly p99: number; readonly max: number};
  /** The longest besides garbage collection. */
  readonly ownLongest: number;
  readonly gc: Stretch['loop'];
  readonly gcHistogram: Readonly<Record<string, number>>;
}

const LOOK_EVERY_MS = 20;
const NO_CONNECTION_LIMIT = {limits: {http_max_conns_per_client: 10_000}};

/** Our agent with the loop monitor in it. BENCH_NODE_OPTIONS are handed on to its Node, such as a profiler's. */
export class MonitoredProgram {
  readonly place: ProgramPlace;
  #launched: LaunchedProgram | undefined;
  readonly #options: ProgramOptions;
  #stretches = 0;
  readonly #file: string;

  private constructor(place: ProgramPlace, options: ProgramOptions) {
    this.place = place;
    this.#options = options;
    this.#file = join(place.directory, 'loop.jsonl');
  }

  /** Starts it as a server of its own, and waits until it leads. */
  static async start(program: string): Promise<MonitoredProgram> {
    return await MonitoredProgram.#start(program, {mode: 'server', config: NO_CONNECTION_LIMIT});
  }

  /** Starts it as a client agent of that server, and waits until it knows the leader. */
  static async startClient(program: string, {ports}: ProgramPlace): Promise<MonitoredProgram> {
    return await MonitoredProgram.#start(program, {mode: 'client', nodeName: 'client', config: {...NO_CONNECTION_LIMIT, retry_join: [`127.0.0.1:${ports.serfLan}`]}});
  }

  static async #start(program: string, options: ProgramOptions): Promise<MonitoredProgram> {
    const monitored = new MonitoredProgram(await newPlace(), options);
    await monitored.launch(program);
    return monitored;
  }

  async launch(program: string, ready = '/v1/status/leader', answer = /:/, withinMs?: number): Promise<number> {
    // The launcher hands these to node; what the agent runs inherits neither.
    process.env['PROCONSUL_NODE_OPTIONS'] = `--import=${join(import.meta.dirname, 'loop-monitor.ts')} ${process.env['BENCH_NODE_OPTIONS'] ?? ''}`;
    process.env['LOOP_MONITOR_FILE'] = this.#file;
    const begun = performance.now();
    this.#launched = await launchProgram(program, this.#options, this.place);
    delete process.env['PROCONSUL_NODE_OPTIONS'];
    return timeToAnswer(this.place.ports.http, ready, answer, begun, withinMs);
  }

  get pid(): number {
    return this.#launched?.child.pid ?? 0;
  }

  /** What was seen since the last call. */
  async stretch(): Promise<Stretch> {
    const wanted = ++this.#stretches;
    process.kill(this.pid, 'SIGUSR2');
    for (;;) {
      const lines = this.#lines();
      if (lines.length >= wanted) return JSON.parse(lines.at(-1) ?? '') as Stretch;
      await pause(LOOK_EVERY_MS);
    }
  }

  #lines(): string[] {
    try {
      return readFileSync(this.#file, 'utf8').trimEnd().split('\n');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  async kill(): Promise<void> {
    await this.#launched?.kill();
  }
}
