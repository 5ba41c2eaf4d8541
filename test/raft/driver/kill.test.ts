import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';

import {expect, it} from 'vitest';

import {inFolder, startServer} from './single-server.ts';

const child = fileURLToPath(new URL('kill-child.ts', import.meta.url));

/** Lets a server write until it has acknowledged `count` commands, then kills it where it stands. */
async function writeAndKill(folder: string, life: number, count: number): Promise<string[]> {
  const server = spawn(process.execPath, [child, folder, String(life)], {stdio: ['ignore', 'pipe', 'inherit']});
  let text = '';
  let lines = 0;
  server.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    lines = text.split('\n').length - 1;
    if (lines >= count) server.kill('SIGKILL');
  });
  const [, signal] = (await once(server, 'close')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return text.split('\n').slice(0, -1);
}

it('loses nothing it has acknowledged when it is killed, again and again', () =>
  inFolder(async (folder) => {
    const acknowledged: string[] = [];
    for (let life = 0; life < 4; life++) acknowledged.push(...(await writeAndKill(folder, life, 500 + 613 * life)));
    const {node, fsm} = await startServer(folder);
    await node.barrier();
    const present = new Set(fsm.commands);
    expect(acknowledged.filter((command) => !present.has(command))).toEqual([]);
    expect(present.size).toBe(fsm.commands.length);
    await node.close();
  }));
