import {type ChildProcess, spawn} from 'node:child_process';
import {type Clock} from '../runtime/clock.ts';
import {formatGoDuration, NANOS_PER_MILLISECOND} from '../schema/go-duration.ts';
import {type Logger} from '../runtime/logger.ts';
import {type CheckResult, type Probe} from './check-result.ts';
import {errorCode, startFailureText, systemErrorText} from '../runtime/system-error.ts';
import {OutputTail} from './output-tail.ts';

export interface ScriptProbeOptions {
  readonly checkId: string;
  /** The program and its arguments; no shell looks at them. */
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Runs a program; its exit code is the status (agent-checks.md §4.1). At the timeout its whole process group is killed. */
export class ScriptProbe implements Probe {
  readonly #o: ScriptProbeOptions;

  constructor(options: ScriptProbeOptions) {
    this.#o = options;
  }

  async run(signal: AbortSignal): Promise<CheckResult> {
    const {args, timeoutMs, outputBytesMax, clock, log, checkId} = this.#o;
    const [program = '', ...rest] = args;
    const output = new OutputTail(outputBytesMax);
    // A group of its own, so that what the program started dies with it.
    const child = spawn(program, rest, {detached: true, stdio: ['ignore', 'pipe', 'pipe']});
    const kill = (): void => killGroup(child);
    let isLate = false;
    const timer = clock.setTimer(timeoutMs, () => {
      isLate = true;
      kill();
    });
    signal.addEventListener('abort', kill, {once: true});
    try {
      const exit = await exitOf(child, output);
      signal.throwIfAborted();
      if (isLate) {
        log.warn('Timed out running check', {check: checkId, timeout: formatGoDuration(timeoutMs * NANOS_PER_MILLISECOND)});
        return timedOut(timeoutMs, output);
      }
      return {status: exit === 0 ? 'passing' : exit === 1 ? 'warning' : 'critical', output: output.report()};
    } catch (error) {
      signal.throwIfAborted();
      log.error('Check failed to invoke', {check: checkId, error: systemErrorText(error)});
      return {status: 'critical', output: startFailureText(program, error), bypassThresholds: true};
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', kill);
    }
  }
}

/** Resolves when the program has ended and its output is read. A signal's end has no exit code: -1. @throws start failures */
function exitOf(child: ChildProcess, output: OutputTail): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => output.write(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.write(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
}

function killGroup({pid}: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself in this very moment.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

function timedOut(timeoutMs: number, output: OutputTail): CheckResult {
  const partial = output.report();
  const text = `Timed out (${formatGoDuration(timeoutMs * NANOS_PER_MILLISECOND)}) running check`;
  return {status: 'critical', output: partial === '' ? text : `${text}\n\n${partial}`, bypassThresholds: true};
}
