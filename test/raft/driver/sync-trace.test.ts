import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, it} from 'vitest';
import {inFolder} from './single-server.ts';

const run = promisify(execFile);
const strace = '/usr/bin/strace';
const commandCount = 400;

/** What a process did, from a trace of its system calls: bytes that went into the log, syncs of it that had returned, lines printed. */
type Deed = {readonly kind: 'log' | 'said'; readonly text: string} | {readonly kind: 'synced'};

/** Reads the output of strace -f -y: a call that another thread's interrupts is done at its `resumed`. */
function deedsOf(trace: string): Deed[] {
  const open = new Map<string, string>();
  const deeds: Deed[] = [];
  for (const line of trace.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const begun = open.get(thread);
    let call = rest;
    if (rest.endsWith('<unfinished ...>')) {
      open.set(thread, rest);
      // What a write that has not returned yet put into the file may count: its sync comes after it all the same.
      if (!rest.startsWith('write')) continue;
    } else if (begun !== undefined && rest.startsWith('<...')) {
      open.delete(thread);
      call = begun.startsWith('write') ? '' : begun;
    }
    if (/^fdatasync\(\d+<[^>]*\.log>/.test(call)) deeds.push({kind: 'synced'});
    else if (/^write\(\d+<[^>]*\.log>/.test(call)) deeds.push({kind: 'log', text: call});
    else if (/^write\(1</.test(call)) deeds.push({kind: 'said', text: /, "(0\.\d+)\\n/.exec(call)?.[1] ?? ''});
  }
  return deeds;
}

it.runIf(existsSync(strace))('on a real disk, no command is acknowledged before a sync of the log that follows its bytes', () =>
  inFolder(async (folder) => {
    const trace = join(folder, 'trace');
    await run(strace, [
      '-f', '-y', '-s', '70000', '-o', trace, '-e', 'trace=write,fdatasync', '-e', 'signal=none',
      process.execPath, join(import.meta.dirname, 'kill-child.ts'), join(folder, 'server'), '0', String(commandCount),
    ], {maxBuffer: 1 << 26});
    const deeds = deedsOf(await readFile(trace, 'latin1'));
    let unsynced = '';
    let synced = '';
    let found = 0;
    for (const deed of deeds) {
      if (deed.kind === 'log') unsynced += deed.text;
      else if (deed.kind === 'synced') {
        synced += unsynced;
        unsynced = '';
      } else if (deed.text !== '') {
        expect(unsynced, `${deed.text} is said, and its bytes were not synced`).not.toContain(deed.text);
        if (synced.includes(deed.text)) found++;
      }
    }
    // A block boundary of the log file may cut one in two.
    expect(found).toBeGreaterThan(commandCount * 0.95);
  }), 120_000);
