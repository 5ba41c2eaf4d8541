import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from 'vitest';
import {dispatch} from '../../src/cli/dispatch.ts';
import {temporaryDir} from '../agent/local-fixture.ts';
import {type RunningAgent, startAgent} from '../agent/running-agent.ts';

let agent: RunningAgent;
let folder: string;

beforeEach(async () => {
  agent = await startAgent();
  folder = temporaryDir();
});

interface Call {
  readonly interrupt: () => void;
  /** Resolves when the command has said this, so far as it says anything. */
  readonly says: (text: string) => Promise<void>;
  readonly ended: Promise<{readonly code: number; readonly out: string; readonly err: string}>;
}

/** Runs a command beside others; what its children write goes to this process's own output. */
function call(...argv: string[]): Call {
  const interruption = new AbortController();
  let [out, err] = ['', ''];
  const waiting: {readonly text: string; readonly resolve: () => void}[] = [];
  const heard = (): void => waiting.forEach(({text, resolve}) => (out.includes(text) ? resolve() : undefined));
  const ended = dispatch(argv, {
    stdout: (text) => {
      out += String(text);
      heard();
    },
    stderr: (text) => (err += text),
    stdin: () => Promise.resolve(Buffer.alloc(0)),
    env: {...process.env, CONSUL_HTTP_ADDR: agent.base, SHELL: '/bin/sh'},
    interruption: () => interruption.signal,
  }).then((code) => ({code, out, err}));
  return {
    interrupt: () => interruption.abort(),
    says: (text) => new Promise((resolve) => {
      waiting.push({text, resolve});
      heard();
    }),
    ended,
  };
}

const lock = (...words: string[]): Call => call('lock', '-verbose', ...words);
const path = (name: string): string => join(folder, name);
/** A child that says that it is there, and waits until it is let go. */
const waits = (name: string): string => `echo in >> ${path('log')}; touch ${path(`${name}.in`)}; while [ ! -e ${path(`${name}.go`)} ]; do sleep 0.05; done; echo out >> ${path('log')}`;

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(isSo, {timeout: 20_000, interval: 30}).toBe(true);
}

const keys = async (): Promise<readonly string[]> => ((await agent.call('GET', '/v1/kv/?keys')).status === 200 ? (await agent.json('/v1/kv/?keys')) as string[] : []);
const sessions = async (): Promise<number> => ((await agent.json('/v1/session/list')) as unknown[]).length;

describe('consul lock', () => {
  test('one runs after the other, and nothing is left behind', async () => {
    const first = lock('job', waits('first'));
    await until(() => existsSync(path('first.in')));
    const second = lock('job', waits('second'));
    await second.says('Attempting lock acquisition');
    expect(existsSync(path('second.in'))).toBe(false);
    await agent.call('PUT', '/v1/kv/unrelated', 'x');
    const release = call('lock', '-shell=false', 'other', 'touch', path('first.go'));
    await release.ended;
    expect(await first.ended).toMatchObject({code: 0, out: expect.stringContaining('Child terminated, releasing lock') as string});
    await until(() => existsSync(path('second.in')));
    await call('lock', '-shell=false', 'other', 'touch', path('second.go')).ended;
    expect((await second.ended).code).toBe(0);
    expect(readFileSync(path('log'), 'utf8')).toBe('in\nout\nin\nout\n');
    expect(await keys()).toEqual(['unrelated']);
    expect(await sessions()).toBe(0);
  });

  test('as many as are allowed run together', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => lock('-n=2', 'pool', waits(name)));
    const inside = (): string[] => ['a', 'b', 'c'].filter((name) => existsSync(path(`${name}.in`)));
    await until(() => inside().length === 2);
    const [first, second] = inside();
    await call('lock', '-shell=false', 'x', 'touch', path(`${first}.go`)).ended;
    await until(() => inside().length === 3);
    const third = inside().find((name) => name !== first && name !== second);
    await call('lock', '-shell=false', 'x', 'touch', path(`${second}.go`), path(`${third}.go`)).ended;
    for (const each of [a, b, c]) expect((await each?.ended)?.code).toBe(0);
    expect(await keys()).toEqual([]);
    expect(await sessions()).toBe(0);
  });

  test('a child whose lock is lost is ended', async () => {
    const running = lock('-child-exit-code', 'job', `touch ${path('in')}; exec sleep 1000`);
    await until(() => existsSync(path('in')));
    const [{Session}] = await agent.json('/v1/kv/job/.lock') as [{Session: string}];
    await agent.call('PUT', `/v1/session/destroy/${Session}`);
    const {code, out, err} = await running.ended;
    expect(out).toMatch(/Lock lost, killing child\nTerminating child pid \d+\nChild terminated\nCleanup succeeded\n$/);
    expect([code, err]).toEqual([2, 'Error running handler: signal: terminated\n']);
  });

  test('an interruption ends the child and gives the lock back', async () => {
    const running = lock('job', `touch ${path('in')}; exec sleep 1000`);
    await until(() => existsSync(path('in')));
    running.interrupt();
    expect((await running.ended).out).toMatch(/Shutdown triggered, killing child\nTerminating child pid \d+\nChild terminated\nCleanup succeeded\n$/);
    expect(await keys()).toEqual([]);
  });

  test('an interruption ends the wait for a lock that another has', async () => {
    const holder = lock('job', waits('holder'));
    await until(() => existsSync(path('holder.in')));
    const waiting = lock('job', 'true');
    await waiting.says('Attempting lock acquisition');
    waiting.interrupt();
    expect(await waiting.ended).toEqual({code: 0, out: 'Setting up lock at path: job/.lock\nAttempting lock acquisition\nCleanup aborted, lock in use\n', err: 'Shutdown triggered during lock acquisition\n'});
    holder.interrupt();
    await holder.ended;
  });
});

describe('consul watch', () => {
  test('runs its handler for the present state and for each change of it', async () => {
    await agent.call('PUT', '/v1/kv/w', 1);
    const watching = call('watch', '-type=key', '-key=w', `cat >> ${path('seen')}`);
    const seen = (): string[] => (existsSync(path('seen')) ? readFileSync(path('seen'), 'utf8').trim().split('\n') : []);
    await until(() => seen().length === 1);
    await agent.call('PUT', '/v1/kv/other', 1);
    await agent.call('PUT', '/v1/kv/w', 2);
    await until(() => seen().length === 2);
    await agent.call('DELETE', '/v1/kv/w');
    await until(() => seen().length === 3);
    watching.interrupt();
    expect((await watching.ended).code).toBe(0);
    expect(seen().map((line) => (JSON.parse(line) as {Value: string} | null)?.Value ?? null)).toEqual(['MQ==', 'Mg==', null]);
  });

  test('shows each event once', async () => {
    const watching = call('watch', '-type=event', '-name=deploy', `cat >> ${path('seen')}`);
    const seen = (): string[][] => (existsSync(path('seen')) ? readFileSync(path('seen'), 'utf8').trim().split('\n') : []).map((line) => (JSON.parse(line) as {Payload: string}[]).map(({Payload}) => Buffer.from(Payload, 'base64').toString()));
    await until(() => seen().length === 1);
    for (const payload of ['1', '2']) {
      await agent.call('PUT', '/v1/event/fire/deploy', Number(payload));
      await until(() => seen().flat().includes(payload));
    }
    watching.interrupt();
    await watching.ended;
    expect(seen().flat()).toEqual(['1', '2']);
  });

  test('ends when its handler fails', async () => {
    expect(await call('watch', '-type=nodes', 'exit 3').ended).toEqual({code: 1, out: '', err: 'Error executing handler: exit status 3\n'});
  });
});
