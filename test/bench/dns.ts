// Answers per second of the DNS engine, and per CPU-second of its process, asked by dnsperf over loopback.
// Beside them a bare UDP echo, the floor. `node test/bench/dns.ts [seconds]`
import {execFile} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {DnsEngine} from '../../src/dns/dns-engine.ts';
import {DnsServer} from '../../src/dns/server/dns-server.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {systemClock} from '../../src/runtime/system-clock.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {CatalogLookups, type Registration} from '../dns/catalog-lookups.ts';
import {defaultDnsConfig} from '../dns/default-dns-config.ts';

const seconds = process.argv[2] ?? '3';
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'dns-bench-'));

function instances(service: string, count: number): Registration[] {
  return Array.from({length: count}, (_, i) => ({
    Node: `${service}-${i}`, Address: `10.1.${i >> 8}.${i & 0xff}`, NodeMeta: {'consul-network-segment': ''}, Service: {ID: service, Service: service, Port: 8000 + i},
  }));
}

async function measure(name: string, port: number, questions: readonly string[]): Promise<void> {
  const file = join(folder, 'questions');
  writeFileSync(file, questions.join('\n') + '\n');
  const before = process.cpuUsage();
  const {stdout} = await run('dnsperf', ['-s', '127.0.0.1', '-p', String(port), '-d', file, '-l', seconds, '-c', '8', '-q', '100', '-e']);
  const {user, system} = process.cpuUsage(before);
  const completed = Number(/Queries completed:\s+(\d+)/.exec(stdout)?.[1] ?? 0);
  const perSecond = Number(/Queries per second:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0);
  const lost = /Queries lost:\s+(\d+)/.exec(stdout)?.[1] ?? '?';
  console.log(`${name.padEnd(24)} ${Math.round(perSecond)}/s  ${Math.round(completed / ((user + system) / 1e6))}/CPU-s  lost ${lost}`);
}

const lookups = new CatalogLookups([...instances('web5', 5), ...instances('web100', 100), ...Array.from({length: 1000}, (_, i) => instances(`s${i}`, 5)).flat()]);
const engine = new DnsEngine({config: defaultDnsConfig, lookups, clock: systemClock, random: seededRandom(1), logger: silentLogger});
const server = await DnsServer.open({engine, clock: systemClock, logger: silentLogger, addresses: [{host: '127.0.0.1', port: 0}]});
const port = server.ports[0] ?? 0;
const echo = createSocket({type: 'udp4', lookup: (address, _options, callback) => callback(null, address, 4)}, (message, from) => {
  message[2] = 0x80;
  echo.send(message, from.port, from.address);
});
const echoListens = once(echo, 'listening');
echo.bind(0, '127.0.0.1');
await echoListens;
await measure('bare UDP echo', echo.address().port, ['web5.service.consul A']);
await measure('A of 5', port, ['web5.service.consul A']);
await measure('A of 100', port, ['web100.service.consul A']);
await measure('SRV of 5', port, ['web5.service.consul SRV']);
await measure('NXDOMAIN', port, ['nothere.service.consul A']);
await measure('A over 1000 services', port, Array.from({length: 1000}, (_, i) => `s${i}.service.consul A`));
echo.close();
await server.close();
rmSync(folder, {recursive: true});
