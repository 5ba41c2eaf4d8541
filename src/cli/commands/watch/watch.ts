import {pause} from '../../../runtime/pause.ts';
import {systemClock} from '../../../runtime/system-clock.ts';
import {indentJson} from '../../../schema/go-json.ts';
import {formatGoDuration, NANOS_PER_SECOND} from '../../../schema/go-duration.ts';
import {goQuote} from '../../../schema/go-quote.ts';
import {tryGoBool} from '../../../schema/go-strconv.ts';
import {ApiClient, ApiError, orFail, unexpected} from '../../api-client.ts';
import {StartFailure, startChild} from '../../child-process.ts';
import {CommandFailure, type CommandIo, defineCommand, printError, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';
import {goJson, type Json} from './shown-records.ts';
import {type WatchParameters, type WatchPlan, watchPlan} from './watch-plan.ts';

const NOT_FOUND = 404;
const NO_INDEX = '1';
const RETRY_STEP_SECONDS = 5;
const RETRY_SECONDS_MAX = 180;
const MS_PER_SECOND = 1_000;

/** `consul watch` (cli.md §3.8). */
export const watchCommand = defineCommand({
  usage: `consul watch [options] [child...]

  Watches a part of what Consul knows. With a child command, it is run now and
  after each change, and gets the present state as JSON on standard input and
  its index as CONSUL_INDEX in the environment. Without one the state is
  printed, and that is all.

  -type says what is watched, and which other flags it takes:

      key          one KV entry (-key)
      keyprefix    the KV entries below a prefix (-prefix)
      services     the names of all services, with their tags (-filter)
      nodes        all nodes (-filter)
      service      the instances of a service with their checks (-service, -tag, -passingonly, -filter)
      checks       checks of a service, or in a state (-service or -state, -filter)
      event        user events as they come (-name)

      $ consul watch -type=service -service=web -passingonly=true ./write-upstreams.sh`,
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    'filter': {kind: 'string', help: 'Only what meets this expression.'},
    'key': {kind: 'string', help: 'The key to watch.'},
    'name': {kind: 'string', help: 'Only events with this name.'},
    'passingonly': {kind: 'string', help: "With 'true' only instances whose checks all pass."},
    'prefix': {kind: 'string', help: 'The prefix of the keys to watch.'},
    'service': {kind: 'string', help: 'The service to watch.'},
    'shell': {kind: 'bool', default: 'true', help: 'Run the child by $SHELL. With -shell=false its words are handed over as they are.'},
    'state': {kind: 'string', help: "Only checks in this state; 'any' when not given."},
    'tag': {kind: 'list', help: 'Only instances with this tag. Can be given several times.'},
    'type': {kind: 'string', help: 'What to watch.'},
  },
  async run({flags, given, args, io, help}) {
    if (flags.type === '') throw new CommandFailure(`Watch type must be specified\n\n${help().trimEnd()}`);
    const passingonly = flags.passingonly === '' ? undefined : passingOnly(flags.passingonly);
    const texts = (['key', 'prefix', 'service', 'state', 'name', 'filter'] as const).filter((name) => flags[name] !== '');
    const parameters: WatchParameters = {
      ...Object.fromEntries(texts.map((name) => [name, flags[name]])),
      ...(given.has('tag') && {tag: flags.tag}),
      ...(passingonly !== undefined && {passingonly}),
    };
    const plan = watchPlan(flags.type, parameters);
    const client = new ApiClient(flags, io);
    await orFail('Error querying Consul agent', client.call('GET', '/v1/status/leader'));
    const interrupted = io.interruption?.() ?? new AbortController().signal;
    const watch = new Watch(client, plan, flags.type, io, interrupted);
    if (args.length > 0) await watch.each((json, index) => runHandler(args, flags.shell, json, index, io));
    else {
      await watch.each((json) => {
        printLine(io, indentJson(json));
        return Promise.resolve('enough');
      });
    }
    return 0;
  },
});

function passingOnly(text: string): boolean {
  const parsed = tryGoBool(text);
  if (typeof parsed !== 'boolean') throw new CommandFailure(`Failed to parse passingonly flag: ${parsed.message}`);
  return parsed;
}

type Handle = (json: string, index: string) => Promise<'more' | 'enough'>;

/** Runs the handler, with what there is to see on its standard input. @throws CommandFailure when it fails */
async function runHandler(words: readonly string[], shell: boolean, json: string, index: string, io: CommandIo): Promise<'more'> {
  try {
    const child = await startChild(words, {shell, stdio: ['pipe', 'inherit', 'inherit'], env: {...io.env, CONSUL_INDEX: index}});
    // A handler need not read what it is told.
    child.process.stdin?.on('error', () => undefined);
    child.process.stdin?.end(`${json}\n`);
    const how = await child.ended;
    if (how !== undefined) throw new CommandFailure(`Error executing handler: ${how}`);
    return 'more';
  } catch (error) {
    if (error instanceof StartFailure) throw new CommandFailure(`Error starting handler: ${error.message}`);
    throw error;
  }
}

/** Asks for a plan's data whenever it changes. */
class Watch {
  readonly #client: ApiClient;
  readonly #plan: WatchPlan;
  readonly #type: string;
  readonly #io: CommandIo;
  readonly #interrupted: AbortSignal;
  #index = '0';
  #failures = 0;
  #lastShown: string | undefined;
  #lastEventId: string | undefined;

  constructor(client: ApiClient, plan: WatchPlan, type: string, io: CommandIo, interrupted: AbortSignal) {
    this.#client = client;
    this.#plan = plan;
    this.#type = type;
    this.#io = io;
    this.#interrupted = interrupted;
  }

  /** Calls `handle` with the state now and after each change, until it has enough or the watch is interrupted. */
  async each(handle: Handle): Promise<void> {
    while (!this.#interrupted.aborted) {
      const json = await this.#next();
      if (json !== undefined && await handle(json, this.#index) === 'enough') return;
    }
  }

  /** The next state to show; undefined when nothing is new, or nobody answered. */
  async #next(): Promise<string | undefined> {
    try {
      const {path, query, repeated} = this.#plan;
      const answer = await this.#client.send('GET', path, {query: {...query, ...(this.#index !== '0' && {index: this.#index})}, repeated, signal: this.#interrupted});
      if (answer.status !== 200 && answer.status !== NOT_FOUND) throw unexpected(answer);
      this.#failures = 0;
      // An answer without an index can only be waited for from the beginning.
      const index = String(answer.headers['x-consul-index'] ?? NO_INDEX);
      if (index === this.#index) return undefined;
      // An index that went back means another history: ask for the state anew. Those of events are names, no counts.
      const wentBack = !this.#plan.isOfEvents && BigInt(index) < BigInt(this.#index);
      this.#index = wentBack ? '0' : index;
      return this.#unseen(answer.status === NOT_FOUND ? undefined : answer.body);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.#interrupted.aborted) await this.#retryLater(error);
      return undefined;
    }
  }

  #unseen(body: Buffer | undefined): string | undefined {
    const shown = this.#plan.isOfEvents ? this.#newEvents(this.#plan.show(body)) : this.#plan.show(body);
    if (shown === this.#lastShown) return undefined;
    this.#lastShown = shown;
    return shown;
  }

  /** Those that stand after the last one seen; all of them when it is forgotten. */
  #newEvents(shown: string): string {
    const events = JSON.parse(shown) as readonly {readonly ID: string; readonly [field: string]: Json}[];
    const seen = events.findIndex(({ID}) => ID === this.#lastEventId);
    this.#lastEventId = events.at(-1)?.ID;
    return goJson(events.slice(seen + 1));
  }

  async #retryLater(error: ApiError): Promise<void> {
    this.#failures++;
    const seconds = Math.min(RETRY_STEP_SECONDS * this.#failures ** 2, RETRY_SECONDS_MAX);
    printError(this.#io, `${new Date().toISOString()} [ERROR] watch.watch: Watch errored: type=${this.#type} error=${goQuote(error.message)} retry=${formatGoDuration(seconds * NANOS_PER_SECOND)}`);
    await pause(systemClock, seconds * MS_PER_SECOND, this.#interrupted);
  }
}
