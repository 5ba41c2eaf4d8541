import {request as httpRequest} from 'node:http';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {type CheckResult, type Probe} from './check-result.ts';
import {errorCode, systemErrorText} from '../runtime/system-error.ts';
import {DialError} from './dial-error.ts';
import {dockerReplyBytesMax} from './limits.ts';
import {OutputTail} from './output-tail.ts';

export interface DockerProbeOptions {
  readonly checkId: string;
  readonly containerId: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  /** `DOCKER_HOST`: `unix:///path` or `tcp://host:port[/base]`. */
  readonly dockerHost: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export const dockerHostDefault = 'unix:///var/run/docker.sock';

interface Reply {
  readonly status: number;
  readonly body: OutputTail;
}

/** Runs a program inside a container through Docker's API; its exit code is the status (agent-checks.md §4.5). */
export class DockerProbe implements Probe {
  readonly #o: DockerProbeOptions;

  constructor(options: DockerProbeOptions) {
    this.#o = options;
  }

  async run(signal: AbortSignal): Promise<CheckResult> {
    const {timeoutMs, clock, log, checkId} = this.#o;
    const late = new AbortController();
    const timer = clock.setTimer(timeoutMs, () => late.abort(new DialError('context deadline exceeded')));
    try {
      return await this.#exec(AbortSignal.any([signal, late.signal]));
    } catch (error) {
      signal.throwIfAborted();
      const text = late.signal.aborted ? 'context deadline exceeded' : systemErrorText(error);
      log.debug('Check failed', {check: checkId, error: text});
      return {status: 'critical', output: text};
    } finally {
      timer.cancel();
    }
  }

  async #exec(signal: AbortSignal): Promise<CheckResult> {
    const {containerId, args} = this.#o;
    const command = {AttachStdin: false, AttachStdout: true, AttachStderr: true, Tty: false, Cmd: args};
    const created = await this.#call('POST', `/containers/${encodeURIComponent(containerId)}/exec`, command, signal);
    if (created.status !== 201) throw new DialError(createFailure(containerId, created));
    const id = fieldOf(created, 'Id');
    const started = await this.#call('POST', `/exec/${String(id)}/start`, {Detach: false, Tty: true}, signal);
    if (started.status !== 200) throw new DialError(startFailure(containerId, String(id), started));
    const inspected = await this.#call('GET', `/exec/${String(id)}/json`, undefined, signal);
    if (inspected.status !== 200) throw new DialError(inspectFailure(containerId, String(id), inspected));
    const exit = fieldOf(inspected, 'ExitCode');
    return {status: exit === 0 ? 'passing' : exit === 1 ? 'warning' : 'critical', output: started.body.report()};
  }

  #call(method: string, path: string, body: unknown, signal: AbortSignal): Promise<Reply> {
    const {dockerHost, outputBytesMax} = this.#o;
    const text = body === undefined ? '' : JSON.stringify(body);
    const output = new OutputTail(path.endsWith('/start') ? outputBytesMax : dockerReplyBytesMax);
    const {base, ...where} = addressOf(dockerHost);
    return new Promise((resolve, reject) => {
      const headers = {Host: 'docker', 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), Connection: 'close'};
      const request = httpRequest({...where, method, path: base + path, headers, agent: false, signal});
      request.once('error', reject);
      request.once('response', (response) => {
        const done = (): void => resolve({status: response.statusCode ?? 0, body: output});
        response.on('data', (chunk: Buffer) => output.write(chunk));
        response.once('end', done);
        // Docker may close the stream of a program that ended without saying so.
        response.once('error', (error) => (errorCode(error) === 'ECONNRESET' ? done() : reject(error)));
      });
      request.end(text);
    });
  }
}

function addressOf(dockerHost: string): {readonly base: string; readonly socketPath: string} | {readonly base: string; readonly host: string; readonly port: number} {
  const unix = /^unix:\/\/(.+)$/.exec(dockerHost);
  if (unix?.[1] !== undefined) return {base: '', socketPath: unix[1]};
  const tcp = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d+)(\/.*)?$/.exec(dockerHost);
  if (tcp === null) throw new DialError(`unable to parse docker host \`${dockerHost}\``);
  return {base: (tcp[3] ?? '').replace(/\/$/, ''), host: (tcp[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(tcp[2])};
}

function fieldOf({body}: Reply, name: string): unknown {
  const parsed: unknown = JSON.parse(body.tail());
  return typeof parsed === 'object' && parsed !== null ? (parsed as Readonly<Record<string, unknown>>)[name] : undefined;
}

function createFailure(container: string, {status, body}: Reply): string {
  if (status === 404) return `create exec failed for unknown container ${container}`;
  if (status === 409) return `create exec failed since container ${container} is paused or stopped`;
  return `create exec failed for container ${container} with status ${status}: ${body.tail()}`;
}

function startFailure(container: string, id: string, {status, body}: Reply): string {
  if (status === 404) return `start exec failed for container ${container}: invalid exec id ${id}`;
  if (status === 409) return `start exec failed since container ${container} is paused or stopped`;
  return `start exec failed for container ${container} with status ${status}: body: ${body.tail()} err: <nil>`;
}

function inspectFailure(container: string, id: string, {status, body}: Reply): string {
  if (status === 404) return `inspect exec failed for container ${container}: invalid exec id ${id}`;
  return `inspect exec failed for container ${container} with status ${status}: ${body.tail()}`;
}
