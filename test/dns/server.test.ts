import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {connect, createServer} from 'node:net';
import {type AddressInfo} from 'node:net';
import {decode, encode} from 'dns-packet';
import {afterEach, describe, expect, test} from 'vitest';
import {type DnsConfig} from '../../src/dns/dns-config.ts';
import {DnsEngine} from '../../src/dns/dns-engine.ts';
import {DnsServer} from '../../src/dns/server/dns-server.ts';
import {TcpFrames} from '../../src/dns/server/tcp-frames.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {systemClock} from '../../src/runtime/system-clock.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {CatalogLookups, type Registration} from './catalog-lookups.ts';
import {defaultDnsConfig} from './default-dns-config.ts';

const fiveOfDb: Registration[] = [1, 2, 3, 4, 5].map((i) => ({Node: `foo${i}`, Address: `10.1.10.${i}`, Service: {ID: 'db', Service: 'db', Port: 80}}));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Decoded = ReturnType<typeof decode> & {rcode: string};
const question = (name: string, id = 7): Buffer => encode({type: 'query', id, flags: 256, questions: [{name, type: 'A'}]});
const framed = (message: Buffer): Buffer => Buffer.concat([Buffer.of(message.length >> 8, message.length & 0xff), message]);

async function serve(config: Partial<DnsConfig> = {}, clock: SimulatedClock | typeof systemClock = systemClock) {
  const lookups = new CatalogLookups(fiveOfDb);
  const engine = new DnsEngine({config: {...defaultDnsConfig, ...config}, lookups, clock, random: seededRandom(3), logger: silentLogger});
  const server = await DnsServer.open({engine, clock, logger: silentLogger, addresses: [{host: '127.0.0.1', port: 0}, {host: '::1', port: 0}]});
  closers.push(() => server.close());
  return {server, engine, lookups, port: server.ports[0] ?? 0, port6: server.ports[1] ?? 0};
}

async function askUdp(port: number, message: Buffer, host = '127.0.0.1'): Promise<Decoded> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.send(message, port, host);
  const [reply] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return decode(reply) as Decoded;
}

/** Reads framed replies from a connection until `count` have come. */
function readTcp(port: number, bytes: Buffer, count: number): Promise<Decoded[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    closers.push(() => socket.destroy());
    const frames = new TcpFrames();
    const replies: Decoded[] = [];
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      frames.push(chunk);
      for (let reply = frames.next(); reply !== null; reply = frames.next()) replies.push(decode(reply) as Decoded);
      if (replies.length === count) resolve(replies);
    });
    socket.write(bytes);
  });
}

/** A name server on loopback that answers every question by `respond`; null = stays silent. */
async function upstream(respond: (query: Buffer) => Buffer | null): Promise<{address: string; asked: Buffer[]}> {
  const asked: Buffer[] = [];
  const socket: Socket = createSocket('udp4', (query, {address, port}) => {
    asked.push(query);
    const reply = respond(query);
    if (reply !== null) socket.send(reply, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closers.push(() => socket.close());
  return {address: `127.0.0.1:${socket.address().port}`, asked};
}

const goodAnswer = (query: Buffer): Buffer => {
  const {id, questions} = decode(query);
  const name = questions?.[0]?.name ?? '';
  return encode({type: 'response', id: id ?? 0, flags: 0x180, questions: questions ?? [], answers: [{type: 'A', name, ttl: 9, data: '192.0.2.1'}]});
};
const withRcode = (rcode: number) => (query: Buffer): Buffer => {
  const reply = Buffer.from(query);
  reply.writeUInt16BE(0x8180 | rcode, 2);
  return reply;
};

describe('listeners', () => {
  test('answer over UDP on IPv4 and IPv6', async () => {
    const {port, port6} = await serve();
    expect((await askUdp(port, question('db.service.consul'))).answers).toHaveLength(3);
    expect((await askUdp(port6, question('db.service.consul'), '::1')).answers).toHaveLength(3);
  });

  test('answer pipelined questions over TCP, cut anywhere', async () => {
    const {port} = await serve();
    const replies = await readTcp(port, Buffer.concat([framed(question('db.service.consul', 1)), framed(question('foo2.node.consul', 2))]), 2);
    expect(replies.map(({id, answers}) => [id, answers?.length]).sort()).toEqual([[1, 5], [2, 1]]);
  });

  test('a TCP connection ends when no question comes, and after 128 of them', async () => {
    const clock = new SimulatedClock();
    const {port} = await serve({}, clock);
    const idle = connect(port, '127.0.0.1');
    closers.push(() => idle.destroy());
    const first = framed(question('foo1.node.consul'));
    idle.write(first);
    await once(idle, 'data');
    clock.advance(8_001);
    await once(idle, 'close');
    const busy = connect(port, '127.0.0.1');
    const frames = new TcpFrames();
    busy.on('data', (chunk: Buffer) => frames.push(chunk));
    busy.write(Buffer.concat(new Array<Buffer>(130).fill(first)));
    await once(busy, 'end');
    let replies = 0;
    while (frames.next() !== null) replies++;
    expect(replies).toBe(128);
  });
});

describe('kept replies', () => {
  test('are served without a look-up, shuffled, with the id of the question, until the catalog changes', async () => {
    const {engine, lookups} = await serve();
    const client = {transport: 'udp', address: '127.0.0.1', port: 1} as const;
    await engine.answer(question('db.service.consul'), client);
    const orders = new Set<string>();
    for (let id = 0; id < 200; id++) {
      const reply = decode(engine.answerKept(question('db.service.consul', id), 'udp') ?? Buffer.alloc(0));
      expect(reply.id).toBe(id);
      orders.add((reply.answers ?? []).map((record) => (record.type === 'A' ? record.data : '')).join());
    }
    expect(lookups.lookupCount).toBe(1);
    expect(orders.size).toBeGreaterThan(50);
    lookups.register({Node: 'foo6', Address: '10.1.10.6', Service: {ID: 'db', Service: 'db'}});
    expect(engine.answerKept(question('db.service.consul'), 'udp')).toBeNull();
  });

  test('are dropped at a reload', async () => {
    const {engine} = await serve();
    await engine.answer(question('nosuch.service.consul'), {transport: 'udp', address: '127.0.0.1', port: 1});
    expect(engine.answerKept(question('nosuch.service.consul'), 'udp')).not.toBeNull();
    engine.reload({...defaultDnsConfig, domain: 'example.'});
    expect(engine.answerKept(question('nosuch.service.consul'), 'udp')).toBeNull();
  });
});

describe('recursors', () => {
  test('are asked in order until one knows', async () => {
    const failing = await upstream(withRcode(2));
    const silent = await upstream(() => null);
    const good = await upstream(goodAnswer);
    const {port} = await serve({recursors: [failing.address, silent.address, good.address], recursorTimeoutMs: 1_000});
    const reply = await askUdp(port, question('www.example.com'));
    expect(reply.answers).toMatchObject([{type: 'A', data: '192.0.2.1'}]);
    expect([failing.asked.length, silent.asked.length]).toEqual([1, 1]);
    expect(good.asked[0]?.equals(question('www.example.com'))).toBe(true);
  });

  test('NXDOMAIN is relayed; when all fail it is SERVFAIL with RA', async () => {
    const nx = await upstream(withRcode(3));
    const first = await serve({recursors: [nx.address]});
    expect((await askUdp(first.port, question('www.example.com'))).rcode).toBe('NXDOMAIN');
    const refusing = await upstream(withRcode(5));
    const second = await serve({recursors: [refusing.address]});
    expect(await askUdp(second.port, question('www.example.com'))).toMatchObject({rcode: 'SERVFAIL', flag_ra: true, flag_aa: false});
  });

  test('an address that is a foreign name is followed', async () => {
    const good = await upstream(goodAnswer);
    const {lookups, port} = await serve({recursors: [good.address]});
    lookups.register({Node: 'ext', Address: 'www.example.com', Service: {ID: 'web', Service: 'web'}});
    const reply = await askUdp(port, question('web.service.consul'));
    expect(reply.answers).toMatchObject([{type: 'CNAME', data: 'www.example.com'}, {type: 'A', name: 'www.example.com', data: '192.0.2.1', ttl: 0}]);
  });

  test('a question over TCP goes on over TCP', async () => {
    const tcp = createServer((socket) => {
      const frames = new TcpFrames();
      socket.on('data', (chunk: Buffer) => {
        frames.push(chunk);
        for (let query = frames.next(); query !== null; query = frames.next()) socket.write(framed(goodAnswer(query)));
      });
    });
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    closers.push(() => tcp.close());
    const {port} = await serve({recursors: [`127.0.0.1:${(tcp.address() as AddressInfo).port}`]});
    const [reply] = await readTcp(port, framed(question('www.example.com')), 1);
    expect(reply?.answers).toMatchObject([{data: '192.0.2.1'}]);
  });
});
