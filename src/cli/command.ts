import {type FlagTable, type ParsedCommandLine} from './go-flags.ts';

/** Where a command reads and writes; tests give their own. */
export interface CommandIo {
  readonly stdout: (text: string | Uint8Array) => void;
  readonly stderr: (text: string) => void;
  readonly stdin: () => Promise<Buffer>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires at SIGINT or SIGTERM, which no longer end the process once this was asked for. */
  readonly interruption?: () => AbortSignal;
}

export interface CommandCall<T extends FlagTable> extends ParsedCommandLine<T> {
  readonly io: CommandIo;
  /** The whole help text, for commands that print it after an error. */
  readonly help: () => string;
}

export interface Command<T extends FlagTable = FlagTable> {
  /** What stands after "Usage: " and above the lists of flags. */
  readonly usage: string;
  readonly flags: T;
  /** Set where Consul says once more, after the list of flags, what is wrong with them. */
  readonly flagErrorPrefix?: string;
  /** Exit code. Errors that have a text of their own are thrown as CommandFailure. */
  readonly run: (call: CommandCall<T>) => Promise<number>;
}

/** Ends a command: the message goes to stderr, the code is the process's. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Keeps the types of a command's flags while letting all commands stand in one table. */
export function defineCommand<const T extends FlagTable>(command: Command<T>): Command {
  return command as unknown as Command;
}

/** Standard output, a line at a time. */
export function printLine(io: CommandIo, text: string): void {
  io.stdout(`${text}\n`);
}

/** Standard error, a line at a time. */
export function printError(io: CommandIo, text: string): void {
  io.stderr(`${text}\n`);
}
