import pino, {type Logger as PinoLogger} from 'pino';
import {type Clock} from '../../runtime/clock.ts';
import {type LogFields, type Logger, type LogLevel} from '../../runtime/logger.ts';
import {jsonLine, type LogEvent, textLine} from './log-line.ts';

/** Takes finished lines, each with its newline. Must not lose any when the process ends: writes are synchronous. */
export interface LogOutput {
  write(line: string): void;
}

/** Somebody who follows the log live (`/v1/agent/monitor`). */
export interface LogFollower {
  readonly level: LogLevel;
  readonly json: boolean;
  /** One line without its newline. */
  line(text: string): void;
}

const ranks: Record<LogLevel, number> = {trace: 10, debug: 20, info: 30, warn: 40, error: 50};

const textIfError = (value: unknown): unknown => (value instanceof Error ? value.message : value);

/**
 * The agent's log. pino decides what is heard, names children and serialises fields; at its end each event is written
 * in one of Consul's two formats. Followers may hear more than the outputs do.
 */
export class AgentLog {
  #level: LogLevel;
  readonly #json: boolean;
  readonly #outputs: readonly LogOutput[];
  readonly #followers = new Set<LogFollower>();
  readonly #pino: PinoLogger;
  readonly #children: PinoLogger[] = [];

  constructor(options: {level: LogLevel; json: boolean; outputs: readonly LogOutput[]; clock: Clock}) {
    this.#level = options.level;
    this.#json = options.json;
    this.#outputs = options.outputs;
    this.#pino = pino(
      {
        level: options.level,
        base: null,
        messageKey: 'message',
        nestedKey: 'fields',
        timestamp: () => `,"wallMs":${Math.trunc(options.clock.wallMs())}`,
        formatters: {level: (level) => ({level})},
        serializers: {error: textIfError, err: textIfError},
      },
      {write: (line: string) => this.#carry(JSON.parse(line) as LogEvent)},
    );
  }

  /** What the outputs hear from now on; a reload may change it. */
  setLevel(level: LogLevel): void {
    this.#level = level;
    this.#tune();
  }

  logger(name: string): Logger {
    const child = this.#pino.child({name}, {serializers: {fields: plainFields}});
    this.#children.push(child);
    const at = (level: LogLevel) => (message: string, fields?: LogFields) => child[level](fields ?? {}, message);
    return {
      trace: at('trace'),
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      enabled: (level) => child.isLevelEnabled(level),
      named: (part) => this.logger(`${name}.${part}`),
    };
  }

  /** @returns a function that ends the following */
  follow(follower: LogFollower): () => void {
    this.#followers.add(follower);
    this.#tune();
    return () => {
      this.#followers.delete(follower);
      this.#tune();
    };
  }

  #tune(): void {
    let level = this.#level;
    for (const follower of this.#followers) if (ranks[follower.level] < ranks[level]) level = follower.level;
    for (const logger of [this.#pino, ...this.#children]) logger.level = level;
  }

  #carry(event: LogEvent): void {
    if (ranks[event.level] >= ranks[this.#level]) {
      const line = `${this.#json ? jsonLine(event) : textLine(event)}\n`;
      for (const output of this.#outputs) output.write(line);
    }
    for (const follower of this.#followers) {
      if (ranks[event.level] >= ranks[follower.level]) follower.line(follower.json ? jsonLine(event) : textLine(event));
    }
  }
}

/** Errors as their text; everything else as it is. */
function plainFields(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, textIfError(value)]));
}
