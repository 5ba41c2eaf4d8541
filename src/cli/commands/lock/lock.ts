import {posix} from 'node:path';
import {systemClock} from '../../../runtime/system-clock.ts';
import {NANOS_PER_MILLISECOND} from '../../../schema/go-duration.ts';
import {ApiClient, ApiError, orFail} from '../../api-client.ts';
import {type RunningChild, StartFailure, startChild} from '../../child-process.ts';
import {CommandFailure, type CommandIo, defineCommand, printError, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';
import {pause} from '../../../runtime/pause.ts';
import {KvLock} from './kv-lock.ts';
import {KvSemaphore} from './kv-semaphore.ts';
import {LockSession} from './lock-session.ts';
import {AcquireFailure, type MutualExclusion} from './mutual-exclusion.ts';
import {Waits} from './waits.ts';

const EXIT_CHILD_FAILED = 2;
/** A child that does not mind SIGTERM is killed after this. */
const KILL_AFTER_MS = 5_000;

/** `consul lock` (cli.md §3.8). */
export const lockCommand = defineCommand({
  usage: `consul lock [options] PREFIX CHILD...

  Runs a command while it holds a lock, so that of all who ask for the same
  PREFIX only one runs at a time, or N with -n. The lock lives in the KV store
  under PREFIX, which is removed afterwards.

      $ consul lock service/db/backup ./backup.sh
      $ consul lock -n=3 -timeout=30s workers ./work.sh

  The command finds CONSUL_LOCK_HELD=true in its environment. It is ended with
  SIGTERM, and SIGKILL five seconds later, when the lock is lost.`,
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    'child-exit-code': {kind: 'bool', help: 'Exit with 2 when the command fails. Else it is 0 however the command ends.'},
    'monitor-retry': {kind: 'int', default: '3', help: 'How many times in a row the held lock may fail to be looked up, a second apart, before it counts as lost.'},
    'n': {kind: 'int', default: '1', help: 'How many may hold the lock at once. More than 1 makes it a semaphore; all who use the same PREFIX must say the same number.'},
    'name': {kind: 'string', help: 'Name of the session, to be seen by who looks at sessions. It says what is run when not given.'},
    'pass-stdin': {kind: 'bool', help: 'Give the command this standard input.'},
    'shell': {kind: 'bool', default: 'true', help: 'Run the command by $SHELL. With -shell=false its words are handed over as they are.'},
    'timeout': {kind: 'duration', help: 'How long to try for the lock. Without it there is no end.'},
    'try': {kind: 'duration', help: 'The former name of -timeout.'},
    'verbose': {kind: 'bool', help: 'Say what is done.'},
  },
  async run({flags, args, io}) {
    const [rawPrefix, ...words] = args;
    if (rawPrefix === undefined || words.length === 0) throw new CommandFailure('Key prefix and child command must be specified');
    const prefix = posix.join('/', rawPrefix).slice(1).replace(/\/$/, '');
    if (flags.n <= 0) throw new CommandFailure('Lock holder limit must be positive');
    const timeoutNs = flags.timeout || flags.try;
    if (timeoutNs < 0) throw new CommandFailure('Timeout must be positive');
    if (flags['monitor-retry'] < 0) throw new CommandFailure("Number for 'monitor-retry' must be >= 0");
    const client = new ApiClient(flags, io);
    await orFail('Error querying Consul agent', client.call('GET', '/v1/agent/self'));
    const say = (text: string): void => {
      if (flags.verbose) printLine(io, text);
    };
    const waits = new Waits(systemClock, timeoutNs / NANOS_PER_MILLISECOND, flags['monitor-retry']);
    const exclusion = flags.n === 1 ? new KvLock(client, lockKey(prefix), waits) : new KvSemaphore(client, prefix, flags.n, waits);
    say(flags.n === 1 ? `Setting up lock at path: ${lockKey(prefix)}` : `Setting up semaphore (limit ${flags.n}) at prefix: ${prefix}`);
    const session = await orFail('Lock acquisition failed', LockSession.create(client, systemClock, flags.name || `Consul lock for '${words.join(' ')}' at '${rawPrefix}'`, exclusion.behavior));
    const holding = new Holding(exclusion, session, io, say);
    try {
      const isFine = await holding.runUnderLock(() => startChild(words, {
        shell: flags.shell, stdio: [flags['pass-stdin'] ? 'inherit' : 'ignore', 'inherit', 'inherit'], env: {...io.env, CONSUL_LOCK_HELD: 'true'},
      }));
      return !isFine && flags['child-exit-code'] ? EXIT_CHILD_FAILED : 0;
    } finally {
      await session.destroy().catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
      });
    }
  },
});

function lockKey(prefix: string): string {
  return posix.join(prefix, '.lock');
}

/** One child's run under a lock. */
class Holding {
  readonly #exclusion: MutualExclusion;
  readonly #session: LockSession;
  readonly #io: CommandIo;
  readonly #say: (text: string) => void;
  readonly #interrupted: AbortSignal;

  constructor(exclusion: MutualExclusion, session: LockSession, io: CommandIo, say: (text: string) => void) {
    this.#exclusion = exclusion;
    this.#session = session;
    this.#io = io;
    this.#say = say;
    this.#interrupted = io.interruption?.() ?? new AbortController().signal;
  }

  /** @returns whether the child ran and all was well with it */
  async runUnderLock(start: () => Promise<RunningChild>): Promise<boolean> {
    this.#say('Attempting lock acquisition');
    if (!await this.#acquire()) {
      if (!this.#interrupted.aborted) throw new CommandFailure('Shutdown triggered or timeout during lock acquisition');
      printError(this.#io, 'Shutdown triggered during lock acquisition');
      await this.#giveBack();
      return true;
    }
    const noLongerWatched = new AbortController();
    const lost = this.#exclusion.lost(this.#session.id, noLongerWatched.signal).then(() => 'lost' as const);
    try {
      return await this.#runChild(start, lost);
    } finally {
      noLongerWatched.abort();
      await this.#giveBack();
    }
  }

  async #acquire(): Promise<boolean> {
    try {
      return await this.#exclusion.acquire(this.#session.id, this.#interrupted);
    } catch (error) {
      if (this.#interrupted.aborted) return false;
      if (error instanceof AcquireFailure || error instanceof ApiError) throw new CommandFailure(`Lock acquisition failed: ${error.message}`);
      throw error;
    }
  }

  async #runChild(start: () => Promise<RunningChild>, lost: Promise<'lost'>): Promise<boolean> {
    this.#say('Starting handler');
    let child: RunningChild;
    try {
      child = await start();
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error;
      printError(this.#io, `Error starting handler: ${error.message}`);
      return false;
    }
    const ended = child.ended.then((how) => {
      if (how !== undefined) printError(this.#io, `Error running handler: ${how}`);
      return how === undefined;
    });
    const interrupted = new Promise<'interrupted'>((resolve) => {
      if (this.#interrupted.aborted) resolve('interrupted');
      this.#interrupted.addEventListener('abort', () => resolve('interrupted'), {once: true});
    });
    const first = await Promise.race([ended, lost, interrupted]);
    if (typeof first === 'boolean') {
      this.#say('Child terminated, releasing lock');
      return first;
    }
    this.#say(first === 'lost' ? 'Lock lost, killing child' : 'Shutdown triggered, killing child');
    await this.#endChild(child);
    return ended;
  }

  async #endChild({process: child, ended}: RunningChild): Promise<void> {
    this.#say(`Terminating child pid ${child.pid ?? 0}`);
    child.kill('SIGTERM');
    const isOver = new AbortController();
    void pause(systemClock, KILL_AFTER_MS, isOver.signal).then(() => {
      if (isOver.signal.aborted) return;
      this.#say(`Child did not exit after ${KILL_AFTER_MS / 1_000}s, killing it`);
      child.kill('SIGKILL');
    });
    await ended;
    isOver.abort();
    this.#say('Child terminated');
  }

  async #giveBack(): Promise<void> {
    try {
      await this.#exclusion.release(this.#session.id);
      this.#say(await this.#exclusion.clean() ? 'Cleanup succeeded' : 'Cleanup aborted, lock in use');
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof AcquireFailure)) throw error;
      throw new CommandFailure(`Lock release failed: ${error.message}`);
    }
  }
}
