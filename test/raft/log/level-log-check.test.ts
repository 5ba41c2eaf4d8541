import {appendFile, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {findDamage} from '../../../src/raft/log/level-log-check.ts';
import {inFolder, type SingleServer, soleConfiguration, startServer} from '../driver/single-server.ts';

const commands = Array.from({length: 40}, (_, i) => `command ${i} ${'x'.repeat(i * 100)}`);

/** A server that has acknowledged all commands, and ended; its log, which is larger than a block. */
async function written(folder: string): Promise<{readonly path: string; readonly bytes: Buffer}> {
  const {node} = await startServer(folder);
  await node.bootstrap(soleConfiguration);
  for (const command of commands) await node.propose(Buffer.from(command));
  await node.close();
  const log = join(folder, 'log');
  const name = (await readdir(log)).filter((file) => file.endsWith('.log')).sort().at(-1) ?? '';
  const path = join(log, name);
  return {path, bytes: await readFile(path)};
}

async function commandsAfterRestart(folder: string): Promise<readonly string[]> {
  const {node, fsm}: SingleServer = await startServer(folder);
  await node.barrier();
  const {commands: has} = fsm;
  await node.close();
  return has;
}

describe('a log on the disk', () => {
  it('that is whole has no damage, and opens with all that was acknowledged', () =>
    inFolder(async (folder) => {
      const {bytes} = await written(folder);
      expect(bytes.length).toBeGreaterThan(64 * 1024);
      expect(findDamage(bytes)).toBeUndefined();
      expect(await commandsAfterRestart(folder)).toEqual(commands);
    }));

  it('with a torn record at its end opens with all that was acknowledged before', () =>
    inFolder(async (folder) => {
      const {path} = await written(folder);
      await appendFile(path, Buffer.from([1, 2, 3, 4, 200, 0, 1, 9, 9]));
      expect(await commandsAfterRestart(folder)).toEqual(commands);
    }));

  it('with room behind its end that a power failure left empty opens too', () =>
    inFolder(async (folder) => {
      const {path} = await written(folder);
      await appendFile(path, Buffer.alloc(5000));
      expect(await commandsAfterRestart(folder)).toEqual(commands);
    }));

  it.each([
    ['at its beginning', 0.02],
    ['in the middle', 0.5],
    ['near its end', 0.999],
  ])('with a damaged byte %s is not opened, and is not changed', (_, share) =>
    inFolder(async (folder) => {
      const {path, bytes} = await written(folder);
      const at = Math.floor(bytes.length * share);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
      await writeFile(path, bytes);
      await expect(startServer(folder)).rejects.toThrow(/the raft log in .* is damaged: .* checksum is wrong.*refuses to start/);
      expect(await readFile(path)).toEqual(bytes);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
      await writeFile(path, bytes);
      expect(await commandsAfterRestart(folder)).toEqual(commands);
    }));

  it('cut off anywhere has no damage: that is how a log looks that was torn', () =>
    inFolder(async (folder) => {
      const {bytes} = await written(folder);
      for (let end = 0; end < bytes.length; end += 997) expect(findDamage(bytes.subarray(0, end))).toBeUndefined();
    }));

  it('with any one bit changed is seen to be damaged, or to be torn behind what it still has', () =>
    inFolder(async (folder) => {
      const {bytes} = await written(folder);
      let unseen = 0;
      for (let at = 0; at < bytes.length; at += 331) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
        if (findDamage(changed) === undefined) unseen++;
      }
      // A length that points beyond the end looks as if the rest had never been written.
      expect(unseen).toBeLessThan(5);
    }));
});
