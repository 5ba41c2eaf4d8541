import {setTimeout as pause} from 'node:timers/promises';
import {exchangeCli} from './exchange-cli.ts';
import {exchangeDns} from './exchange-dns.ts';
import {exchangeHttp, headerOf, NoAnswer, type HttpAnswer} from './exchange-http.ts';
import {jsonView, normaliseLine, rankIndexes, UuidNames} from './normalise.ts';
import {NODE_NAME, startProgram, type RunningProgram} from './program.ts';
import {describeStep, type BlockingStep, type HttpStep, type IndexStep, type Scenario, type Step, type UntilStep} from './scenario.ts';

/** What a program answered to each step of a scenario, normalised: one list of lines a step. */
export interface Transcript {
  readonly scenario: string;
  readonly answers: readonly {readonly request: string; readonly lines: readonly string[]}[];
}

/** A black box does not tell when a query has begun to wait: it is given this long, then the trigger is sent. */
const BLOCKS_AFTER_MS = 250;
const POLL_EVERY_MS = 100;
const TEMPORARY_REDIRECT = 307;
/** Headers about the connection or the moment, which say nothing of the answer. */
const TRANSPORT_HEADERS = new Set(['date', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'age']);
const PRINTABLE = /^[\t\n\r\x20-\x7e\u{80}-\u{10ffff}]*$/u;

class Player {
  readonly #program: RunningProgram;
  readonly #values = new Map<string, string>();
  readonly #lastIndexes = new Map<string, number>();

  constructor(program: RunningProgram, nodeId: string) {
    this.#program = program;
    this.#values.set('nodeId', nodeId).set('serverPort', String(program.ports.server)).set('httpPort', String(program.ports.http)).set('dnsPort', String(program.ports.dns));
  }

  async play(step: Step): Promise<string[]> {
    switch (step.kind) {
      case 'http': return this.#http(step);
      case 'index': return this.#index(step);
      case 'blocking': return this.#blocking(step);
      case 'until': return this.#until(step);
      case 'dns': return exchangeDns(this.#program.ports.dns, {...step, name: this.#fill(step.name)});
      case 'cli': {
        const {path, directory, ports} = this.#program;
        return exchangeCli({program: path, directory, httpPort: ports.http}, {...step, argv: step.argv.map((word) => this.#fill(word))});
      }
    }
  }

  #fill(text: string): string {
    return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => this.#values.get(name) ?? whole);
  }

  #filled(step: HttpStep): HttpStep {
    const headers = Object.fromEntries(Object.entries(step.headers ?? {}).map(([name, value]) => [name, this.#fill(value)]));
    return {...step, path: this.#fill(step.path), headers, ...(typeof step.body === 'string' ? {body: this.#fill(step.body)} : {})};
  }

  #keep(step: HttpStep, answer: HttpAnswer): void {
    for (const [name, source] of Object.entries(step.capture ?? {})) {
      const value = source.startsWith('header:') ? headerOf(answer, source.slice('header:'.length)) : memberOf(answer.body.toString(), source);
      this.#values.set(name, value ?? `no-${source.replace(':', '-')}`);
    }
  }

  async #http(step: HttpStep): Promise<string[]> {
    try {
      const answer = await exchangeHttp(this.#program.ports.http, this.#filled(step));
      this.#keep(step, answer);
      return httpLines(answer, step);
    } catch (error) {
      if (error instanceof NoAnswer) return ['no answer'];
      throw error;
    }
  }

  async #index(step: IndexStep): Promise<string[]> {
    const answer = await exchangeHttp(this.#program.ports.http, {method: 'GET', path: this.#fill(step.path)});
    const now = Number(headerOf(answer, 'x-consul-index') ?? 0);
    const before = this.#lastIndexes.get(step.path);
    this.#lastIndexes.set(step.path, now);
    if (now === 0) return ['no index'];
    if (before === undefined) return ['first look'];
    return [now === before ? 'still' : now > before ? 'moved' : 'went back'];
  }

  async #blocking(step: BlockingStep): Promise<string[]> {
    let triggered = false;
    let outcome = 'timed out';
    const wait = /[?&]wait=(\d+)(ms|s)/.exec(step.read.path);
    const waitMs = wait === null ? Number.POSITIVE_INFINITY : Number(wait[1]) * (wait[2] === 's' ? 1_000 : 1);
    const began = performance.now();
    const reading = this.#http(step.read).then((lines) => {
      outcome = !triggered ? 'at once' : performance.now() - began < waitMs ? 'woken' : 'timed out';
      return lines;
    });
    await Promise.race([reading, pause(BLOCKS_AFTER_MS)]);
    triggered = true;
    const triggers: string[] = [];
    for (const trigger of step.triggers) triggers.push(...(await this.#http(trigger)).map((line) => `trigger: ${line}`));
    const lines = await reading;
    return [outcome, ...lines, ...triggers];
  }

  async #until(step: UntilStep): Promise<string[]> {
    const pattern = new RegExp(this.#fill(step.matches), 's');
    const deadline = performance.now() + step.withinMs;
    while (performance.now() < deadline) {
      const answer = await exchangeHttp(this.#program.ports.http, {method: 'GET', path: this.#fill(step.path)});
      if (pattern.test(answer.body.toString())) return ['reached'];
      await pause(POLL_EVERY_MS);
    }
    return ['not reached'];
  }
}

/** Undefined also for a body that is no JSON: the steps that want it then differ, each for itself. */
function memberOf(body: string, path: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  for (const key of path.split('.')) value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

function bodyLines(body: Buffer, view: HttpStep['view']): string[] {
  if (view === 'none') return [];
  if (body.length === 0) return ['(no body)'];
  if (view === 'bytes') return ['(a body)'];
  const text = body.toString();
  if (!PRINTABLE.test(text) || text.includes('\ufffd')) return [`bytes ${body.toString('hex')}`];
  if ((view === 'shape' || view === 'sorted') && /^[[{]/.test(text)) return jsonView(text, view);
  return text.endsWith('\n') ? [...text.slice(0, -1).split('\n'), '(newline at the end)'] : text.split('\n');
}

/**
 * The redirects of Go's router are 301 in the released binaries (Go 1.23) and 307 in one built with Go 1.26 or later
 * (sheet http-core 1.1): both are compared as what the releases send.
 */
function asReleased(line: string): string {
  return line.replace(/^status 307$/, 'status 301').replace('>Temporary Redirect<', '>Moved Permanently<');
}

function httpLines(answer: HttpAnswer, step: HttpStep): string[] {
  const left = new Set(step.withoutHeaders ?? []);
  const headers = answer.headers.filter(([name]) => !TRANSPORT_HEADERS.has(name.toLowerCase()) && !left.has(name.toLowerCase()));
  const lines = [`status ${answer.status}`, ...headers.map(([name, value]) => `${name}: ${value}`).sort(), '', ...bodyLines(answer.body, step.view ?? 'text')];
  return answer.status === TEMPORARY_REDIRECT ? lines.map(asReleased) : lines;
}

/** Plays the steps of a scenario against a program that runs; gives the normalised answers. */
export async function playSteps(running: RunningProgram, scenario: Scenario): Promise<Transcript> {
  const headers = scenario.token === undefined ? {} : {'X-Consul-Token': scenario.token};
  const self = await exchangeHttp(running.ports.http, {method: 'GET', path: `/v1/catalog/node/${NODE_NAME}`, headers});
  const nodeId = memberOf(self.body.toString(), 'Node.ID') ?? '';
  const player = new Player(running, nodeId);
  const names = new UuidNames();
  const raw: string[][] = [];
  for (const step of scenario.steps) {
    const lines = await player.play(step);
    raw.push(lines.map((line) => normaliseLine(line, {ports: running.ports, directory: running.directory, nodeId}, names)));
  }
  const ranked = rankIndexes(raw);
  return {scenario: scenario.name, answers: scenario.steps.map((step, i) => ({request: describeStep(step), lines: ranked[i] ?? []}))};
}

/** Starts the program, plays a scenario against it and ends it; gives the normalised answers. */
export async function playScenario(program: string, scenario: Scenario): Promise<Transcript> {
  const token = scenario.token === undefined ? {} : {token: scenario.token};
  const running = await startProgram(program, {mode: scenario.mode, ...(scenario.config === undefined ? {} : {config: scenario.config}), ...token});
  try {
    const player = new Player(running, '');
    for (const step of scenario.setup ?? []) await player.play(step);
    return await playSteps(running, scenario);
  } finally {
    await running.stop();
  }
}
