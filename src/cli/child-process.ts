import {spawn, type ChildProcess, type StdioOptions} from 'node:child_process';
import {startFailureText} from '../runtime/system-error.ts';

const SIGNAL_TEXTS: Readonly<Record<string, string>> = {
  SIGHUP: 'hangup', SIGINT: 'interrupt', SIGQUIT: 'quit', SIGILL: 'illegal instruction', SIGTRAP: 'trace/breakpoint trap', SIGABRT: 'aborted', SIGBUS: 'bus error',
  SIGFPE: 'floating point exception', SIGKILL: 'killed', SIGUSR1: 'user defined signal 1', SIGSEGV: 'segmentation fault', SIGUSR2: 'user defined signal 2',
  SIGPIPE: 'broken pipe', SIGALRM: 'alarm clock', SIGTERM: 'terminated',
};
const DEFAULT_SHELL = '/bin/sh';

/** A child that could not be started; the message is Go's. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

export interface ChildOptions {
  /** Hand the words, joined by spaces, to $SHELL. */
  readonly shell: boolean;
  readonly stdio: StdioOptions;
  /** The parent's own environment and what is added to it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A program run on behalf of a command; its end is told as Go tells it. */
export interface RunningChild {
  readonly process: ChildProcess;
  /** How it ended, once it has: undefined when all was well, else `exit status 7` or `signal: terminated`. */
  readonly ended: Promise<string | undefined>;
}

/** Starts a program. @throws StartFailure */
export async function startChild(words: readonly string[], {shell, stdio, env}: ChildOptions): Promise<RunningChild> {
  const [program = '', ...args] = shell ? [env['SHELL'] || DEFAULT_SHELL, '-c', words.join(' ')] : words;
  const child = spawn(program, args, {stdio, env});
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(code === 0 ? undefined : code !== null ? `exit status ${code}` : `signal: ${SIGNAL_TEXTS[signal ?? ''] ?? String(signal)}`);
    });
  });
  const started = Promise.withResolvers<void>();
  child.once('spawn', started.resolve);
  child.once('error', (error) => started.reject(new StartFailure(startFailureText(program, error))));
  await started.promise;
  return {process: child, ended};
}
