import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {rmSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {exchangeHttp, NoAnswer} from '../conformance/exchange-http.ts';
import {launchProgram, newPlace} from '../conformance/program.ts';
import {type Figure} from './cases.ts';

const POLL_EVERY_MS = 5;
const LEADS_WITHIN_MS = 60_000;

async function answers(port: number, path: string, wanted: RegExp): Promise<boolean> {
  try {
    const {status, body} = await exchangeHttp(port, {method: 'GET', path});
    return status === 200 && wanted.test(body.toString());
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
}

/** Polls until a path answers 200 with a body that matches; gives the time since `begun`. */
export async function timeToAnswer(port: number, path: string, wanted: RegExp, begun: number, withinMs = LEADS_WITHIN_MS): Promise<number> {
  while (performance.now() - begun < withinMs) {
    if (await answers(port, path, wanted)) return performance.now() - begun;
    await pause(POLL_EVERY_MS);
  }
  throw new Error(`${path} did not answer within ${withinMs} ms`);
}

async function timeOfCommand(program: string, argv: readonly string[], httpPort: number): Promise<number> {
  const begun = performance.now();
  const child = spawn(program, argv, {stdio: 'ignore', env: {...process.env, CONSUL_HTTP_ADDR: `127.0.0.1:${httpPort}`}});
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code ?? 'a signal'}`);
  return performance.now() - begun;
}

/** From nothing to a leader that answers, with `-dev`; then the time of one `members`. */
export async function startUpFigures(program: string): Promise<Figure[]> {
  const place = await newPlace();
  const begun = performance.now();
  const launched = await launchProgram(program, {mode: 'dev'}, place);
  try {
    const leader = await timeToAnswer(place.ports.http, '/v1/status/leader', /:/, begun);
    await timeToAnswer(place.ports.http, '/v1/agent/members', /"Name"/, begun);
    return [
      {name: 'start -dev to leader', value: leader, unit: 'ms', better: 'less'},
      {name: 'CLI members', value: await timeOfCommand(program, ['members'], place.ports.http), unit: 'ms', better: 'less'},
    ];
  } finally {
    await launched.kill();
    rmSync(place.directory, {recursive: true, force: true});
  }
}
