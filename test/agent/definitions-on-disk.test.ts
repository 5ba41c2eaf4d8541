import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {CheckDefinition} from '../../src/agent/local/check-definition.ts';
import {type ConfiguredDefinitions} from '../../src/agent/local/definition-loader.ts';
import {checkIds, configOf, definitionOf, fromApi, localFixture, type LocalFixture, serviceIds, temporaryDir} from './local-fixture.ts';

const checkOf = (json: unknown): CheckDefinition => CheckDefinition.fromJson(JSON.stringify(json), {strict: true});
const nothing: ConfiguredDefinitions = {services: [], nodeChecks: []};
const sha256OfTtl = 'd557c112e0f271127883f18b8f6be62db59d5fbdcbe7f546a1256e5bcdd6aafb';

/** What a 1.21.4 agent wrote, byte for byte. */
const consulsService =
  '{"Token":"","Service":{"Kind":"connect-proxy","ID":"w-sidecar-proxy","Service":"w-sidecar-proxy","Tags":["a"],"Address":"","Meta":null,"Port":21000,"Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,"Proxy":{"DestinationServiceName":"w","DestinationServiceID":"w","LocalServiceAddress":"127.0.0.1","LocalServicePort":80,"Mode":"","MeshGateway":{},"Expose":{}},"Connect":{},"PeerName":"","CreateIndex":0,"ModifyIndex":0},"Source":"remote","LocallyRegisteredAsSidecar":true}';
const consulsCheck =
  '{"Check":{"Node":"n1","CheckID":"ttl","Name":"ttl","Status":"critical","Notes":"","Output":"","ServiceID":"","ServiceName":"","ServiceTags":null,"Type":"ttl","Interval":"0s","Timeout":"0s","ExposedPort":0,"Definition":{},"CreateIndex":0,"ModifyIndex":0},"ChkType":{"CheckID":"","Name":"ttl","Status":"","Notes":"","ScriptArgs":null,"HTTP":"","H2PING":"","H2PingUseTLS":false,"Header":null,"Method":"","Body":"","DisableRedirects":false,"TCP":"","TCPUseTLS":false,"UDP":"","Interval":0,"AliasNode":"","AliasService":"","DockerContainerID":"","Shell":"","GRPC":"","GRPCUseTLS":false,"OSService":"","TLSServerName":"","TLSSkipVerify":false,"Timeout":0,"TTL":3600000000000,"SuccessBeforePassing":0,"FailuresBeforeWarning":0,"FailuresBeforeCritical":0,"ProxyHTTP":"","ProxyGRPC":"","DeregisterCriticalServiceAfter":0,"OutputMaxSize":0},"Token":"","Source":"remote"}';

async function restarted(dir: string, before: LocalFixture, config = nothing): Promise<LocalFixture> {
  before.checksRunning.close();
  const after = localFixture(dir, undefined, before.clock);
  await after.loader.loadAtStart(config);
  return after;
}

describe('the files of definitions', () => {
  it('are those of the real agent, to the byte and to the name', async () => {
    const dir = temporaryDir();
    const agent = localFixture(dir);
    await agent.registrar.addCheck(checkOf({Name: 'ttl', TTL: '1h'}), fromApi);
    expect(readFileSync(join(dir, 'checks', sha256OfTtl), 'utf8')).toBe(consulsCheck);
    await agent.registrar.addService(definitionOf({Name: 'w', Port: 80, Tags: ['a'], Connect: {SidecarService: {}}}), fromApi, false);
    const services = readdirSync(join(dir, 'services')).map((name) => readFileSync(join(dir, 'services', name), 'utf8'));
    expect(services).toContain(consulsService);
    await agent.registrations.updateTtl('ttl', 'passing', 'x');
    const state = JSON.parse(readFileSync(join(dir, 'checks', 'state', sha256OfTtl), 'utf8')) as unknown;
    expect(state).toEqual({CheckID: 'ttl', Output: 'x', Status: 'passing', Expires: Math.floor(agent.clock.wallMs() / 1000) + 3600});
  });

  it('bring everything back after a restart, under whatever name they have', async () => {
    const dir = temporaryDir();
    const before = localFixture(dir);
    await before.registrar.addService(definitionOf({Name: 'web', Port: 80, Meta: {k: 'v'}, Checks: [{TTL: '1m'}, {TCP: 'h:1', Interval: '1s'}], Connect: {SidecarService: {}}}), fromApi, false);
    await before.maintenance.setService('web', true, 'why');
    await before.maintenance.setNode(true, '');
    writeFileSync(join(dir, 'services', '0123456789abcdef'), consulsService.replaceAll('w-sidecar-proxy', 'old-name'));
    const after = await restarted(dir, before);
    expect(checkIds(after)).toEqual(checkIds(before));
    expect(serviceIds(after)).toEqual(['old-name', 'web', 'web-sidecar-proxy']);
    expect(after.state.service('web')?.service).toEqual(before.state.service('web')?.service);
    await after.registrations.removeService('old-name');
    await after.registrations.removeService('web');
    expect((await restarted(dir, after)).state.services()).toEqual([]);
  });

  it('of versions before 1.10 keep their names, so that these find them again, until they are written anew or go', async () => {
    const dir = temporaryDir();
    const before = localFixture(dir);
    const md5 = (id: string): string => createHash('md5').update(id).digest('hex');
    const filesOf = (folder: string): string[] => readdirSync(join(dir, folder)).filter((name) => name !== 'state').sort();
    mkdirSync(join(dir, 'services'));
    mkdirSync(join(dir, 'checks', 'state'), {recursive: true});
    for (const id of ['one', 'two']) writeFileSync(join(dir, 'services', md5(id)), `{"Token":"t","Service":{"ID":"${id}","Service":"${id}","Port":1},"Source":"remote"}`);
    writeFileSync(join(dir, 'checks', md5('ttl')), consulsCheck);
    const expires = Math.floor(before.clock.wallMs() / 1000) + 60;
    writeFileSync(join(dir, 'checks', 'state', md5('ttl')), `{"CheckID":"ttl","Output":"well","Status":"passing","Expires":${expires}}`);
    const after = await restarted(dir, before);
    expect(serviceIds(after)).toEqual(['one', 'two']);
    expect(after.state.check('ttl')?.check).toMatchObject({Status: 'passing', Output: 'well'});
    expect(filesOf('services')).toEqual([md5('one'), md5('two')].sort());
    await after.registrations.updateTtl('ttl', 'warning', 'so so');
    expect(filesOf(join('checks', 'state'))).toEqual([md5('ttl')]);
    await after.registrations.removeService('one');
    await after.registrar.addService(definitionOf({Name: 'two', Port: 2}), fromApi, false);
    expect(filesOf('services')).toEqual([createHash('sha256').update('two').digest('hex')]);
    const last = await restarted(dir, after);
    expect(last.state.check('ttl')?.check).toMatchObject({Status: 'warning', Output: 'so so'});
    await last.registrations.removeCheck('ttl');
    expect([...filesOf('checks'), ...filesOf(join('checks', 'state'))]).toEqual([]);
  });

  it('of which an old one is newer than one of today are read as that says', async () => {
    const dir = temporaryDir();
    const before = localFixture(dir);
    await before.registrar.addService(definitionOf({Name: 'web', Port: 1}), fromApi, false);
    const [today = ''] = readdirSync(join(dir, 'services'));
    utimesSync(join(dir, 'services', today), 1, 1);
    writeFileSync(join(dir, 'services', createHash('md5').update('web').digest('hex')), '{"Token":"","Service":{"ID":"web","Service":"web","Port":2},"Source":"remote"}');
    const after = await restarted(dir, before);
    expect(after.state.service('web')?.service.Port).toBe(2);
    await after.registrations.removeService('web');
    expect(readdirSync(join(dir, 'services'))).toEqual([]);
  });

  it('that cannot be written keep a service from being registered, and leave nothing behind', async () => {
    const dir = temporaryDir();
    const agent = localFixture(dir);
    // Where the folder of checks would be is a file.
    writeFileSync(join(dir, 'checks'), '');
    await expect(agent.registrar.addService(definitionOf({Name: 'web', Check: {TTL: '1m'}}), fromApi, false)).rejects.toThrow();
    expect(serviceIds(agent)).toEqual([]);
    expect(readdirSync(join(dir, 'services'))).toEqual([]);
  });

  it('give way to the configuration', async () => {
    const dir = temporaryDir();
    const before = localFixture(dir);
    await before.registrar.addService(definitionOf({Name: 'web', Port: 1}), fromApi, false);
    await before.registrar.addCheck(checkOf({Name: 'mem', TTL: '1m'}), fromApi);
    const config = configOf('service { name = "web" port = 2 } check { name = "mem" id = "mem" ttl = "5m" }');
    const after = await restarted(dir, before, config);
    expect(after.state.service('web')).toMatchObject({source: 'local', service: {Port: 2}});
    expect(after.logged).toContain('DEBUG service exists, not restoring from file');
    expect(after.logged).toContain('DEBUG check exists, not restoring from file');
    expect((await restarted(dir, after)).state.services()).toEqual([]);
  });

  it('that cannot be used are told of, and the agent starts all the same', async () => {
    const dir = temporaryDir();
    const before = localFixture(dir, {remote: true, local: true});
    await before.registrar.addService(definitionOf({Name: 'web', Check: {Args: ['true'], Interval: '1s'}}), fromApi, false);
    writeFileSync(join(dir, 'services', 'broken'), '{"Token":');
    writeFileSync(join(dir, 'services', 'empty'), '');
    writeFileSync(join(dir, 'services', 'null'), '{"Service":null}');
    writeFileSync(join(dir, 'services', 'half.tmp'), '{');
    writeFileSync(join(dir, 'checks', 'odd'), consulsCheck.replace('"remote"', '"elsewhere"'));
    const after = await restarted(dir, before);
    // Scripts may not run any more: the check is gone, and its service healthy.
    expect(serviceIds(after)).toEqual(['web']);
    expect(checkIds(after)).toEqual([]);
    expect(after.logged.filter((line) => line === 'ERROR Failed decoding service file')).toHaveLength(3);
    expect(after.logged).toContain('WARN Failed to restore check');
    expect(after.logged).toContain('WARN check exists with invalid source, purging');
    expect(readdirSync(join(dir, 'checks')).filter((name) => name !== 'state')).toEqual([]);
  });

  it('may hold any bytes: reading them never throws', async () => {
    const dir = temporaryDir();
    const before = localFixture(dir);
    await before.registrar.addCheck(checkOf({Name: 'ttl', TTL: '1h'}), fromApi);
    const path = join(dir, 'checks', sha256OfTtl);
    const whole = Buffer.from(consulsCheck);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.array(fc.record({at: fc.nat(whole.length - 1), byte: fc.integer({min: 0, max: 255})}), {maxLength: 4}), async (length, changes) => {
        const bytes = Buffer.from(whole);
        for (const {at, byte} of changes) bytes[at] = byte;
        writeFileSync(path, bytes.subarray(0, length));
        await localFixture(dir).loader.loadAtStart(nothing);
        for (const name of readdirSync(join(dir, 'checks'))) if (name !== 'state') writeFileSync(join(dir, 'checks', name), whole);
      }),
      {numRuns: 150},
    );
  });
});

describe('the last word of a TTL check', () => {
  it('holds over a restart until it would have expired', async () => {
    const dir = temporaryDir();
    const before = localFixture(dir);
    await before.registrar.addCheck(checkOf({Name: 'ttl', TTL: '60s'}), fromApi);
    await before.registrations.updateTtl('ttl', 'passing', 'all good');
    before.clock.advance(30_000);
    const after = await restarted(dir, before);
    expect(after.state.check('ttl')?.check).toMatchObject({Status: 'passing', Output: 'all good'});
    // The restart gave it a whole TTL.
    after.clock.advance(59_000);
    expect(after.state.check('ttl')?.check.Status).toBe('passing');
    after.clock.advance(1_000);
    expect(after.state.check('ttl')?.check).toMatchObject({Status: 'critical', Output: 'TTL expired'});
    const later = await restarted(dir, after);
    expect(later.state.check('ttl')?.check).toMatchObject({Status: 'critical', Output: ''});
    expect(readdirSync(join(dir, 'checks', 'state'))).toEqual([]);
  });

  it('is the one that was said last, however many are said at once', async () => {
    const dir = temporaryDir();
    const before = localFixture(dir);
    await before.registrar.addCheck(checkOf({Name: 'ttl', TTL: '60s'}), fromApi);
    await Promise.all(Array.from({length: 50}, (_, at) => before.registrations.updateTtl('ttl', 'passing', String(at))));
    expect((await restarted(dir, before)).state.check('ttl')?.check.Output).toBe('49');
  });
});

describe('a reload', () => {
  const first = 'services { name = "a" port = 1 check { ttl = "1m" } } services { name = "b" port = 1 } check { id = "mem" name = "mem" ttl = "1m" }';

  it('puts the difference into effect and leaves the rest alone', async () => {
    const agent = localFixture('');
    await agent.loader.loadAtStart(configOf(first));
    await agent.registrar.addService(definitionOf({Name: 'api'}), fromApi, false);
    await agent.registrations.updateTtl('service:a', 'passing', 'fine');
    const before = {a: agent.state.service('a'), api: agent.state.service('api')};
    await agent.loader.reload(configOf('services { name = "a" port = 1 check { ttl = "1m" } } services { name = "c" port = 3 }'));
    expect(serviceIds(agent)).toEqual(['a', 'api', 'c']);
    expect(checkIds(agent)).toEqual(['service:a']);
    expect(agent.state.service('a')).toBe(before.a);
    expect(agent.state.service('api')).toBe(before.api);
    expect(agent.state.check('service:a')?.check.Status).toBe('passing');
  });

  it('keeps the status of what changed', async () => {
    const agent = localFixture('');
    await agent.loader.loadAtStart(configOf(first));
    await agent.registrations.updateTtl('service:a', 'warning', 'careful');
    await agent.loader.reload(configOf(first.replace('port = 1 check', 'port = 9 check')));
    expect(agent.state.service('a')?.service.Port).toBe(9);
    expect(agent.state.check('service:a')?.check).toMatchObject({Status: 'warning', Output: 'careful'});
  });

  it('that defines what cannot be changes nothing', async () => {
    const agent = localFixture('');
    await agent.loader.loadAtStart(configOf(first));
    const before = [serviceIds(agent), checkIds(agent)];
    const bad = ['services { name = "z" } services { port = 1 }', 'service { name = "z" check { args = ["true"] interval = "1s" } }', 'service { name = "z" tagged_addresses { lan_ipv4 { address = "x" port = 1 } } }'];
    for (const text of bad) await expect(agent.loader.reload(configOf(text))).rejects.toThrow(/^Failed to register service/);
    expect([serviceIds(agent), checkIds(agent)]).toEqual(before);
  });

  it('gives a configured definition the place of a registered one, and does not take away what was registered anew', async () => {
    const dir = temporaryDir();
    const agent = localFixture(dir);
    await agent.loader.loadAtStart(configOf('service { name = "a" port = 1 }'));
    await agent.registrar.addService(definitionOf({Name: 'b', Port: 5}), fromApi, false);
    await agent.registrar.addService(definitionOf({Name: 'a', Port: 6}), fromApi, false);
    await agent.loader.reload(configOf('service { name = "b" port = 2 }'));
    expect(agent.state.service('b')).toMatchObject({source: 'local', service: {Port: 2}});
    expect(agent.state.service('a')).toMatchObject({source: 'remote', service: {Port: 6}});
    expect(serviceIds(await restarted(dir, agent))).toEqual(['a']);
  });

  it('names a configured check by its id, and shows it without a type', async () => {
    const agent = localFixture('');
    await agent.loader.loadAtStart(configOf(first));
    expect(agent.state.check('mem')?.check).toMatchObject({Type: '', Interval: '0s', Timeout: '0s', Status: 'critical'});
    await expect(agent.loader.reload(configOf('check { ttl = "1s" }'))).rejects.toThrow('CheckID missing');
    await expect(agent.loader.reload(configOf('check { name = "x" service_id = "nope" ttl = "1s" }'))).rejects.toThrow('Failed to register check \'x\': ServiceID "nope" does not exist');
    expect(serviceIds(agent)).toEqual(['a', 'b']);
  });
});
