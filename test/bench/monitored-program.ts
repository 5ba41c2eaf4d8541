import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {launchProgram, type LaunchedProgram, newPlace, type ProgramPlace} from '../conformance/program.ts';
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

/** Our agent with the loop monitor in it. */
export class MonitoredProgram {
  readonly place: ProgramPlace;
  #launched: LaunchedProgram | undefined;
  #stretches = 0;
  readonly #file: string;

  private constructor(place: ProgramPlace) {
    this.place = place;
    this.#file = join(place.directory, 'loop.jsonl');
  }

  /** Starts it as a server of its own, and waits until it leads. */
  static async start(program: string): Promise<MonitoredProgram> {
    const monitored = new MonitoredProgram(await newPlace());
    await monitored.launch(program);
    return monitored;
  }

  async launch(program: string, ready = '/v1/status/leader', answer = /:/, withinMs?: number): Promise<number> {
    // The launcher hands these to node; what the agent runs inherits neither.
    process.env['PROCONSUL_NODE_OPTIONS'] = `--import=${join(import.meta.dirname, 'loop-monitor.ts')}`;
    process.env['LOOP_MONITOR_FILE'] = this.#file;
    const begun = performance.now();
    this.#launched = await launchProgram(program, {mode: 'server', config: NO_CONNECTION_LIMIT}, this.place);
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
