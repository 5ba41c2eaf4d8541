import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {completions} from '../../src/cli/completion.ts';
import {installCompletion, uninstallCompletion} from '../../src/cli/completion-install.ts';
import {dispatch} from '../../src/cli/dispatch.ts';

describe('completion', () => {
  test.each<[string, readonly string[]]>([
    ['consul k', ['keygen', 'keyring', 'kv']],
    ['consul kv ', ['delete', 'export', 'get', 'import', 'put']],
    ['consul kv g', ['get']],
    ['consul operator raft l', ['list-peers']],
    ['consul kv get -re', ['-recurse']],
    ['consul kv get --re', ['--recurse']],
    ['consul kv put some-key', []],
    ['consul -a', ['-autocomplete-install', '-autocomplete-uninstall']],
    ['consul bogus k', ['keygen', 'keyring', 'kv']],
  ])('of %j', async (line, words) => {
    expect(await completions(line)).toEqual(words);
  });

  test('is answered when a shell asks, up to the cursor', async () => {
    const out: string[] = [];
    const code = await dispatch([], {stdout: (text) => void out.push(String(text)), stderr: () => expect.unreachable(), stdin: () => Promise.resolve(Buffer.alloc(0)), env: {COMP_LINE: 'consul kv put x', COMP_POINT: '11'}});
    expect([code, out.join('')]).toEqual([0, 'put\n']);
  });
});

describe('a shell is told to complete', () => {
  function home(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'completion-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  }
  const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

  test('in its start-up file, once, and as it was when that is taken back', () => {
    const folder = home({'.bashrc': 'alias ll="ls -l"', '.zshrc': ''});
    installCompletion(folder, '/opt/bin/consul');
    expect(read(folder, '.bashrc')).toBe('alias ll="ls -l"\ncomplete -C /opt/bin/consul consul\ncomplete -C /opt/bin/consul proconsul\n');
    expect(read(folder, '.zshrc')).toContain('bashcompinit\ncomplete -o nospace -C /opt/bin/consul consul\n');
    expect(() => installCompletion(folder, '/opt/bin/consul')).toThrow(`2 errors occurred:\n\t* already installed in ${folder}/.bashrc\n\t* already installed in ${folder}/.zshrc`);
    uninstallCompletion(folder, '/opt/bin/consul');
    expect(read(folder, '.bashrc')).toBe('alias ll="ls -l"\n');
    expect(read(folder, '.zshrc')).toBe('');
    expect(() => uninstallCompletion(folder, '/opt/bin/consul')).toThrow('is not installed in');
  });

  test('and no file is made for a shell that is not used', () => {
    expect(() => installCompletion(home({}), '/opt/bin/consul')).toThrow('no start-up file of bash or zsh');
  });
});
