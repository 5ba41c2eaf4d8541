import {spawn} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {type CliStep} from './scenario.ts';

const ENDS_WITHIN_MS = 30_000;

export interface CliPlace {
  readonly program: string;
  readonly directory: string;
  readonly httpPort: number;
}

function linesOf(stream: string, text: string, view: CliStep['view']): string[] {
  if (view === 'code' || text === '') return [];
  const lines = text.replace(/\n$/, '').split('\n');
  const shown = view === 'first' ? lines.slice(0, 1) : view === 'unordered' ? lines.toSorted() : lines;
  return shown.map((line) => `${stream}| ${line}`);
}

/** Runs one command in the scenario's own directory, and gives exit code, stdout and stderr in lines. */
export function exchangeCli(place: CliPlace, step: CliStep): Promise<string[]> {
  for (const [name, content] of Object.entries(step.files ?? {})) {
    mkdirSync(dirname(join(place.directory, name)), {recursive: true});
    writeFileSync(join(place.directory, name), content);
  }
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CONSUL_')));
  return new Promise((resolve, reject) => {
    const child = spawn(place.program, step.argv, {
      cwd: place.directory, timeout: ENDS_WITHIN_MS, stdio: ['pipe', 'pipe', 'pipe'],
      env: {...environment, CONSUL_HTTP_ADDR: `127.0.0.1:${place.httpPort}`, ...step.env},
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error); // a command may end without reading what it is given
    });
    child.stdin.end(step.stdin ?? '');
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve([`exit ${code ?? signal ?? ''}`, ...linesOf('stdout', out, step.view), ...linesOf('stderr', err, step.view)]);
    });
  });
}
