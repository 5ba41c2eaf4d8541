import {mkdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {X509Certificate} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {dispatch} from '../../src/cli/dispatch.ts';
import {temporaryDir} from '../agent/local-fixture.ts';

async function tls(...argv: string[]): Promise<{readonly out: string; readonly err: string; readonly code: number}> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await dispatch(['tls', ...argv], {
    stdout: (text) => out.push(String(text)), stderr: (text) => err.push(text), stdin: () => Promise.resolve(Buffer.alloc(0)), env: {},
  });
  return {out: out.join(''), err: err.join(''), code};
}

describe('consul tls', () => {
  it('makes an authority once, and certificates with numbers in files that only their owner may read', async () => {
    const dir = temporaryDir();
    // Files are named after the domain and the datacenter, which may lead to a folder.
    const domain = join(dir, 'consul');
    expect(await tls('ca', 'create', `-domain=${domain}`)).toEqual({out: `==> Saved ${domain}-agent-ca.pem\n==> Saved ${domain}-agent-ca-key.pem\n`, err: '', code: 0});
    expect(await tls('ca', 'create', `-domain=${domain}`)).toEqual({out: '', err: `${domain}-agent-ca.pem already exists.\n`, code: 1});
    mkdirSync(join(dir, 'dc1'));
    const create = ['cert', 'create', '-client', `-ca=${domain}-agent-ca.pem`, `-key=${domain}-agent-ca-key.pem`, `-dc=${join(dir, 'dc1')}`];
    const prefix = join(dir, 'dc1-client-consul-');
    const using = `==> Using ${domain}-agent-ca.pem and ${domain}-agent-ca-key.pem\n`;
    for (const n of [0, 1]) {
      expect(await tls(...create)).toEqual({out: `${using}==> Saved ${prefix}${n}.pem\n==> Saved ${prefix}${n}-key.pem\n`, err: '', code: 0});
    }
    expect([statSync(`${prefix}0.pem`).mode & 0o777, statSync(`${prefix}0-key.pem`).mode & 0o777]).toEqual([0o644, 0o600]);
    const authority = new X509Certificate(readFileSync(`${domain}-agent-ca.pem`));
    expect(new X509Certificate(readFileSync(`${prefix}1.pem`)).verify(authority.publicKey)).toBe(true);
  });

  it('says what is wrong in the words of 1.21.4', async () => {
    const failed = (err: string): unknown => ({out: '', err: `${err}\n`, code: 1});
    expect(await tls('cert', 'create')).toEqual(failed('Please provide either -server, -client, or -cli'));
    expect(await tls('cert', 'create', '-server', '-cli')).toEqual(failed('Please provide either -server, -client, or -cli'));
    expect(await tls('cert', 'create', '-client', '-node=n1')).toEqual(failed('-node requires -server'));
    expect(await tls('cert', 'create', '-server', '-ca=/nofile')).toEqual(failed('Error reading CA: open /nofile: no such file or directory'));
  });
});
