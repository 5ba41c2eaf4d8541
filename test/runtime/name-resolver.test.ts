import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {decode, encode} from 'dns-packet';
import {describe, expect, onTestFinished, test} from 'vitest';
import {NameLookupError, SystemNameResolver} from '../../src/runtime/name-resolver.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

const nameServer = '127.43.53.1';

/** What a name server answers: addresses, or a code of RFC 1035 §4.1.1. No word of a name: it does not exist. */
type Zone = Readonly<Record<string, readonly string[] | number>>;

const nxDomain = 3;

/** A name server. @returns its port, and the names it was asked for */
async function serve(zone: Zone): Promise<{readonly port: number; readonly asked: Set<string>}> {
  const socket = createSocket('udp4');
  const asked = new Set<string>();
  socket.on('message', (bytes, from) => {
    const {id, questions = []} = decode(bytes);
    const [question] = questions;
    if (question === undefined) return;
    asked.add(question.name);
    const known = zone[question.name] ?? nxDomain;
    const addresses = typeof known === 'number' ? [] : known;
    const type = question.type === 'AAAA' ? 'AAAA' : 'A';
    const answers = addresses.filter((address) => address.includes(':') === (type === 'AAAA')).map((data) => ({type, name: question.name, data}) as const);
    socket.send(encode({type: 'response', id: id ?? 0, flags: typeof known === 'number' ? known : 0, questions: [question], answers}), from.port, from.address);
  });
  socket.bind(0, nameServer);
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return {port: socket.address().port, asked};
}

/** A resolver of a machine with these files. */
async function resolverOf(files: {readonly hosts?: string; readonly conf?: string}, dnsPort = 9) {
  const folder = await mkdtemp(join(tmpdir(), 'names-'));
  onTestFinished(() => rm(folder, {recursive: true}));
  const [hostsPath, resolvConfPath] = [join(folder, 'hosts'), join(folder, 'resolv.conf')];
  await writeFile(hostsPath, files.hosts ?? '');
  await writeFile(resolvConfPath, files.conf ?? `nameserver ${nameServer}\noptions attempts:1 timeout:1\n`);
  const clock = new SimulatedClock();
  return {clock, hostsPath, names: new SystemNameResolver({clock, hostsPath, resolvConfPath, dnsPort})};
}

const failure = (error: unknown): unknown => (error instanceof NameLookupError ? [error.message, error.temporary] : error);

describe('a name', () => {
  test('that is an address stands for itself', async () => {
    const {names} = await resolverOf({});
    expect([await names.resolve('10.0.0.1'), await names.resolve('::1'), await names.resolve('fe80::1%eth0')]).toEqual([['10.0.0.1'], ['::1'], ['fe80::1%eth0']]);
  });

  test('of the hosts file is found there, in any capitals, with all its addresses', async () => {
    const {names} = await resolverOf({hosts: '# names\n10.0.0.1 Web web.example # the first\n10.0.0.2\tweb\nno-address web\n'});
    expect(await names.resolve('WEB')).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(await names.resolve('web.example.')).toEqual(['10.0.0.1']);
  });

  test('of a hosts file that has changed is seen some seconds later', async () => {
    const {names, clock, hostsPath} = await resolverOf({hosts: '10.0.0.1 web\n'});
    expect(await names.resolve('web')).toEqual(['10.0.0.1']);
    await writeFile(hostsPath, '10.0.0.99 web\n');
    expect(await names.resolve('web')).toEqual(['10.0.0.1']);
    clock.advance(5000);
    expect(await names.resolve('web')).toEqual(['10.0.0.99']);
  });

  test('of this machine never leaves it', async () => {
    const {names} = await resolverOf({});
    expect(await names.resolve('localhost')).toEqual(['127.0.0.1', '::1']);
    expect(await names.resolve('web.localhost')).toEqual(['127.0.0.1', '::1']);
  });

  test('that is none is refused unasked', async () => {
    const {names} = await resolverOf({});
    await expect(names.resolve('')).rejects.toThrow('no such host');
    await expect(names.resolve('a.'.repeat(128))).rejects.toThrow('no such host');
  });
});

describe('a name that DNS knows', () => {
  test('is found with both kinds of addresses', async () => {
    const {port} = await serve({'web.example': ['10.0.0.1', 'fd00::1', '10.0.0.2']});
    const {names} = await resolverOf({}, port);
    expect((await names.resolve('web.example')).toSorted()).toEqual(['10.0.0.1', '10.0.0.2', 'fd00::1']);
  });

  test('is looked for under the search list: last when it has dots enough, else first', async () => {
    const {port, asked} = await serve({'web.one.example': ['10.0.0.1'], 'a.b.two.example': ['10.0.0.2']});
    const {names} = await resolverOf({conf: `nameserver ${nameServer}\nsearch one.example two.example\n`}, port);
    expect(await names.resolve('web')).toEqual(['10.0.0.1']);
    expect([...asked]).toEqual(['web.one.example']);
    asked.clear();
    expect(await names.resolve('a.b')).toEqual(['10.0.0.2']);
    expect([...asked]).toEqual(['a.b', 'a.b.one.example', 'a.b.two.example']);
  });

  test('is asked for as it is when it ends with a dot', async () => {
    const {port, asked} = await serve({});
    const {names} = await resolverOf({conf: `nameserver ${nameServer}\nsearch one.example\n`}, port);
    expect(await names.resolve('web.').catch(failure)).toEqual([`lookup web. on ${nameServer}:${port}: no such host`, false]);
    expect([...asked]).toEqual(['web']);
  });

  test('may be there later when its server fails, or is not there', async () => {
    const serverFailure = 2;
    const {port} = await serve({'broken.example': serverFailure});
    const {names} = await resolverOf({}, port);
    expect(await names.resolve('broken.example').catch(failure)).toEqual([`lookup broken.example on ${nameServer}:${port}: server misbehaving`, true]);
    const {names: unserved} = await resolverOf({});
    expect(await unserved.resolve('web.example').catch(failure)).toEqual([`lookup web.example on ${nameServer}:9: connection refused`, true]);
  });

  test('is not waited for once the look-up is given up', async () => {
    const silent = createSocket('udp4');
    silent.bind(0, nameServer);
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const {names} = await resolverOf({conf: `nameserver ${nameServer}\noptions timeout:30\n`}, silent.address().port);
    const given = new AbortController();
    const looking = names.resolve('web.example', given.signal);
    await once(silent, 'message');
    given.abort(new Error('enough'));
    await expect(looking).rejects.toThrow('enough');
    await expect(names.resolve('web.example', given.signal)).rejects.toThrow('enough');
  });
});
