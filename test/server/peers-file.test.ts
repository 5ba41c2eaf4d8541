import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it, onTestFinished} from 'vitest';
import {ConsulError} from '../../src/consul-error.ts';
import {suffrage} from '../../src/raft/configuration.ts';
import {readPeers} from '../../src/server/peers-file.ts';
import {startAgent} from '../agent/running-agent.ts';

const ownId = '11111111-2222-3333-4444-555555555555';
/** Who has no leader says so at once. */
const holdTimeout = '10ms';

function newDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'peers-file-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  return dir;
}

describe('peers.json', () => {
  it('names the members from now on', () => {
    expect(readPeers('[{"id":"a","address":"10.0.0.1:8300","non_voter":true},{"ID":"b","address":"10.0.0.2:8300","more":1}]')).toEqual({
      servers: [
        {id: 'a', address: '10.0.0.1:8300', suffrage: suffrage.nonvoter},
        {id: 'b', address: '10.0.0.2:8300', suffrage: suffrage.voter},
      ],
    });
  });

  it.each([
    ['{', 'unexpected EOF'],
    ['[]', 'at least one voter'],
    ['null', 'at least one voter'],
    ['["10.1.0.1:8300"]', 'cannot unmarshal string into Go value of type raft.configEntry'],
    ['[{"id":"a","address":"x:1","non_voter":true}]', 'need at least one voter in configuration: {[{Nonvoter a x:1}]}'],
    ['[{"id":"a","address":"x:1"},{"id":"a","address":"y:1"}]', 'found duplicate ID in configuration: a'],
    ['[{"id":"a","address":"x:1"},{"id":"b","address":"x:1"}]', 'found duplicate address in configuration: x:1'],
    ['[{"address":"x:1"}]', 'empty ID in configuration: {[{Voter  x:1}]}'],
    ['[{"id":"a"}]', 'empty address in configuration: {Voter a }'],
  ])('that is %s is refused', (text, why) => {
    expect(() => readPeers(text)).toThrow(ConsulError);
    expect(() => readPeers(text)).toThrow('recovery failed to parse peers.json: ');
    expect(() => readPeers(text)).toThrow(why);
  });

  it('of whatever content is read or refused, and nothing else', () => {
    const base = '[{"id":"a","address":"10.0.0.1:8300","non_voter":false}]';
    fc.assert(
      fc.property(fc.nat(base.length), fc.nat(4), fc.string({maxLength: 8}), (at, cut, text) => {
        try {
          expect(readPeers(base.slice(0, at) + text + base.slice(at + cut)).servers.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ConsulError);
        }
      }),
    );
  });
});

describe('a server whose cluster lost its quorum', () => {
  /** A server that holds a key, in a cluster of three of which the others never come. */
  async function stranded(): Promise<string> {
    const dataDir = newDataDir();
    const first = await startAgent({dataDir, holdTimeout});
    expect((await first.call('PUT', '/v1/kv/kept', 'value')).text).toBe('true');
    await first.close();
    writePeers(dataDir, [ownId, 'lost-1', 'lost-2']);
    const alone = await startAgent({dataDir, holdTimeout});
    expect((await alone.call('GET', '/v1/status/leader')).text).toBe('""');
    expect(await alone.json('/v1/status/peers')).toHaveLength(3);
    expect(await alone.call('GET', '/v1/kv/kept?stale')).toMatchObject({status: 500, text: 'No cluster leader'});
    await alone.close();
    return dataDir;
  }

  function writePeers(dataDir: string, ids: readonly string[]): void {
    const peers = ids.map((id, i) => ({id, address: `127.0.0.${i + 1}:8300`, non_voter: false}));
    writeFileSync(join(dataDir, 'raft', 'peers.json'), JSON.stringify(peers));
  }

  it('leads again, with all it had, when peers.json names it alone', async () => {
    const dataDir = await stranded();
    writePeers(dataDir, [ownId]);
    const agent = await startAgent({dataDir, holdTimeout});
    expect(JSON.parse((await agent.call('GET', '/v1/kv/kept?raw')).text)).toBe('value');
    expect(await agent.json('/v1/operator/raft/configuration')).toMatchObject({Servers: [{ID: ownId, Voter: true, Leader: true}]});
    expect((await agent.call('PUT', '/v1/kv/new', 'more')).text).toBe('true');
    expect(existsSync(join(dataDir, 'raft', 'peers.json'))).toBe(false);
    await agent.close();
    // The members stay those of the file.
    const again = await startAgent({dataDir, holdTimeout});
    expect(await again.json('/v1/status/peers')).toHaveLength(1);
    expect(JSON.parse((await again.call('GET', '/v1/kv/new?raw')).text)).toBe('more');
  });

  it('does not start from a file that is none, and loses nothing by it', async () => {
    const dataDir = await stranded();
    const path = join(dataDir, 'raft', 'peers.json');
    writeFileSync(path, '["127.0.0.1:8300"]');
    await expect(startAgent({dataDir, holdTimeout})).rejects.toThrow('recovery failed to parse peers.json: json: cannot unmarshal string');
    expect(readFileSync(path, 'utf8')).toBe('["127.0.0.1:8300"]');
    writePeers(dataDir, [ownId]);
    const agent = await startAgent({dataDir, holdTimeout});
    expect(JSON.parse((await agent.call('GET', '/v1/kv/kept?raw')).text)).toBe('value');
  });
});

it('a server without state has nothing to recover, and says so', async () => {
  const dataDir = newDataDir();
  const first = await startAgent({dataDir, holdTimeout});
  await first.close();
  for (const part of ['log', 'snapshots']) rmSync(join(dataDir, 'raft', part), {recursive: true});
  writeFileSync(join(dataDir, 'raft', 'peers.json'), `[{"id":"${ownId}","address":"127.0.0.1:8300"}]`);
  await expect(startAgent({dataDir, holdTimeout})).rejects.toThrow('recovery failed: there is neither a raft log nor a snapshot to recover from');
});

it('a peers.json from before the first start is deleted unread', async () => {
  const dataDir = newDataDir();
  const first = await startAgent({dataDir, holdTimeout});
  expect((await first.call('PUT', '/v1/kv/a', 'b')).text).toBe('true');
  await first.close();
  const raft = join(dataDir, 'raft');
  expect(readFileSync(join(raft, 'peers.info'), 'utf8')).toContain('peers.json');
  rmSync(join(raft, 'peers.info'));
  writeFileSync(join(raft, 'peers.json'), 'no JSON');
  const agent = await startAgent({dataDir, holdTimeout});
  expect(existsSync(join(raft, 'peers.json'))).toBe(false);
  expect(JSON.parse((await agent.call('GET', '/v1/kv/a?raw')).text)).toBe('b');
});
