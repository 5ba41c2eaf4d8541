import {mkdtempSync, rmSync, writeFileSync, mkdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {ConfigError} from '../../src/config/config-error.ts';
import {loadConfig, type ConfigInputs, type LoadedConfig} from '../../src/config/load-config.ts';
import {diffConfig} from '../../src/config/reload.ts';
import {type HostNetwork} from '../../src/config/sockaddr/interface-address.ts';
import {expandTemplate} from '../../src/config/sockaddr/template.ts';

const host: HostNetwork = {
  addresses: () => [
    {interfaceName: 'lo', address: '127.0.0.1', size: 8, family: 'ipv4', loopback: true, isDefault: false},
    {interfaceName: 'eth0', address: '10.1.2.3', size: 24, family: 'ipv4', loopback: false, isDefault: true},
    {interfaceName: 'eth0', address: 'fe80::1', size: 64, family: 'ipv6', loopback: false, isDefault: true},
  ],
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proconsul-config-'));
});
afterAll(() => {
  rmSync(folder, {recursive: true});
});

function load(hcl: string, more: Partial<ConfigInputs> = {}): LoadedConfig {
  return loadConfig({devMode: false, paths: [], format: undefined, fragments: [`data_dir = ${JSON.stringify(folder)}\nnode_name = "n1"\n${hcl}`], flagValues: new Map(), host, ...more});
}

function refusal(hcl: string, more: Partial<ConfigInputs> = {}): string {
  try {
    load(hcl, more);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('loading a configuration', () => {
  it('starts from the defaults', () => {
    const {config} = load('');
    expect(config).toMatchObject({datacenter: 'dc1', server: false, leaveOnTerminate: true});
    expect(config.network).toMatchObject({bindAddress: '0.0.0.0', advertiseLan: '10.1.2.3', rpcBind: {host: '0.0.0.0', port: 8300}});
    expect(config.network.http).toEqual([{network: 'tcp', host: '127.0.0.1', port: 8500}]);
    expect(config.raft.electionTimeoutMs).toBe(5000);
    expect(config.node.taggedAddresses).toEqual({lan: '10.1.2.3', wan: '10.1.2.3', lan_ipv4: '10.1.2.3', wan_ipv4: '10.1.2.3'});
  });

  it('refuses a certificate for a gRPC port that cannot show it, as 1.21.4 does', () => {
    const text = 'ports { grpc = 8502 } tls { defaults { cert_file = "cert.pem" key_file = "key.pem" } }';
    expect(() => load(text)).toThrow('the `ports.grpc` listener no longer supports TLS. Use `ports.grpc_tls` instead.');
    expect(load(`${text} tls_min_version = "TLSv1_2"`.replace('grpc = 8502', 'grpc = 8502 grpc_tls = 8503')).config.network.ports.grpcTls).toBe(8503);
    expect(load(text.replace('8502', '-1')).config.tls.grpc.certFile).toBe('cert.pem');
  });

  it('makes a quick server of -dev, and lets the user overrule it', () => {
    const {config} = loadConfig({devMode: true, paths: [], format: undefined, fragments: ['bind_addr = "127.0.0.2"'], flagValues: new Map(), host});
    expect(config).toMatchObject({server: true, enableDebug: true, dataDir: ''});
    expect(config.network.bindAddress).toBe('127.0.0.2');
    expect(config.raft.electionTimeoutMs).toBe(52);
    expect(config.gossip.lan.probeIntervalMs).toBe(100);
  });

  it('appends lists, overlays maps and lets later scalars win, flags of lists first', () => {
    const files = join(folder, 'merge');
    mkdirSync(files);
    writeFileSync(join(files, 'b.hcl'), 'retry_join = ["file-b"]\nnode_meta { a = "b" c = "d" }\nservice { name = "one" }\nports { http = 1 }');
    writeFileSync(join(files, 'a.json'), '{"retry_join": ["file-a"], "node_meta": {"a": "a"}, "service": {"name": "zero"}, "ports": {"http": 2, "dns": 3}}');
    writeFileSync(join(files, 'c.txt'), 'no');
    const {config, warnings} = load('', {paths: [files], flagValues: new Map<string, string[] | number>([['retry_join', ['flag']], ['ports.dns', 9]])});
    expect(config.join.retryJoinLan).toEqual(['flag', 'file-a', 'file-b']);
    expect(config.node.meta).toEqual({a: 'b', c: 'd'});
    expect(config.services.map(({name}) => name)).toEqual(['zero', 'one']);
    expect(config.network.ports).toMatchObject({http: 1, dns: 9});
    expect(warnings[0]).toBe(`skipping file ${files}/c.txt, extension must be .hcl or .json, or config format must be set`);
  });

  it('translates deprecated keys with a warning', () => {
    const {config, warnings} = load('verify_incoming = true\ntls_min_version = "tls13"\nstart_join = ["a"]\nui = true');
    expect(config.tls.https).toMatchObject({verifyIncoming: true, minVersion: 'TLSv1_3'});
    expect(config.tls.grpc.verifyIncoming).toBe(false);
    expect(config.join.retryJoinLan).toEqual(['a']);
    expect(warnings).toContain("The 'ui' field is deprecated. Use the 'ui_config.enabled' field instead.");
  });

  it('names settings that have no effect in one warning', () => {
    const {warnings} = load('acl { enabled = true }\npeering { enabled = true }');
    expect(warnings).toEqual(['These settings are accepted but have no effect in this version of Proconsul: acl.enabled']);
  });

  it.each([
    ['rpc { enable_streaming = true }', 'rpc.enable_streaming = true has no effect when not running in server mode'],
    ['server = true rpc { enable_streaming = false }', 'use_streaming_backend = true requires rpc.enable_streaming on servers to work properly'],
    ['server = true bootstrap_expect = 2', 'bootstrap_expect > 0: expecting 2 servers'],
  ])('warns of %j in the words of Consul', (hcl, text) => {
    expect(load(hcl).warnings).toContain(text);
    expect(load('').warnings).not.toContain(text);
  });

  it('takes one expected server of a -dev agent for itself', () => {
    expect(loadConfig({devMode: true, paths: [], format: undefined, fragments: ['bootstrap_expect = 1'], flagValues: new Map()}).config.raft.bootstrap).toBe(true);
    expect(() => loadConfig({devMode: true, paths: [], format: undefined, fragments: ['bootstrap_expect = 3'], flagValues: new Map()})).toThrow("'bootstrap_expect > 0' not allowed in dev mode");
  });

  it('says where an unknown key stands and what was meant', () => {
    expect(refusal('ports { htpp = 1 }')).toBe('failed to parse flags-0.hcl: 1 error occurred:\n\t* invalid config key ports.htpp\n\n  flags-0.hcl:3:9: unknown key ports.htpp; did you mean ports.http?\n');
  });

  it('says where a value of the wrong type stands and what would be right', () => {
    const hints = refusal('session_ttl_min = 10\nserver = "maybe"\nretry_join = "a"\nlimits {\n  kv_max_value_size = -3\n}').split('\n').slice(6);
    expect(hints).toEqual([
      '  flags-0.hcl:3:19: session_ttl_min wants a duration in quotes, such as "10s"',
      '  flags-0.hcl:4:10: server wants true or false',
      '  flags-0.hcl:5:14: retry_join wants a list: [ … ]',
      '  flags-0.hcl:7:23: limits.kv_max_value_size wants a whole number that is not negative',
    ]);
  });

  it.each([
    ['bootstrap_expect = "3"', "failed to parse flags-0.hcl: 1 error(s) decoding:\n\n* 'bootstrap_expect' expected type 'int', got unconvertible type 'string', value: '3'\n  flags-0.hcl:3:20: bootstrap_expect wants a whole number"],
    ['acl {}\nacl {}', "failed to parse flags-0.hcl: 1 error(s) decoding:\n\n* 'acl' expected a map, got 'slice'\n  flags-0.hcl:3:5: acl wants a single block: { … }"],
    ['datacenter = "DC 1"', 'datacenter can only contain lowercase alphanumeric, - or _ characters. received: "dc 1"'],
    ['ports { http = 70000 dns = 99999 }', '2 errors occurred:\n\t* ports.dns: invalid port: 99999\n\t* ports.http: invalid port: 70000\n\n'],
    ['ports { http = 8600 }', 'HTTP address 127.0.0.1:8600 already configured for DNS'],
    ['bind_addr = "foo"', 'bind_addr cannot be empty'],
    ['bind_addr = "1.1.1.1 2.2.2.2"', "bind_addr cannot contain multiple addresses. Use 'addresses.{dns,http,https}' instead."],
    ['addresses { dns = "unix:///x" }', 'DNS address cannot be a unix socket'],
    ['bootstrap = true', "'bootstrap = true' requires 'server = true'"],
    ['bootstrap_expect = 1', "'bootstrap = true' requires 'server = true'"],
    ['bootstrap_expect = 3', "'bootstrap_expect > 0' requires 'server = true'"],
    ['server = true bootstrap = true bootstrap_expect = 3', "'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive"],
    ['node_meta { "a b" = "1" }', "node_meta invalid: Couldn't load metadata pair ('a b', '1'): Key contains invalid characters"],
    ['encrypt = "!!"', 'encrypt has invalid key: illegal base64 data at input byte 0'],
    ['performance { raft_multiplier = 11 }', 'performance.raft_multiplier cannot be 11. Must be between 1 and 10'],
    ['dns_config { node_ttl = "1x" }', '1 error occurred:\n\t* dns_config.node_ttl: invalid duration: "1x": time: unknown unit "x" in duration "1x"\n\n'],
    ['gossip_lan { probe_interval = "q" }', '1 error occurred:\n\t* gossip_lan..probe_interval: invalid duration: "q": time: invalid duration "q"\n\n'],
    ['service { name = "a" check {} }', 'service "a": check "": TTL must be > 0 for TTL checks'],
    ['checks = [{name = "b" ttl = "1s" interval = "1s"}]', 'check "b": Interval and TTL cannot both be specified'],
  ])('refuses %j in the words of Consul', (hcl, text) => {
    expect(refusal(hcl)).toBe(text);
  });

  it('matches keys without regard to case, and the aliases of checks', () => {
    const {config} = load('Node_Meta { x = "y" }\ncheck { Name = "c" ScriptArgs = ["true"] Interval = "1s" ServiceID = "s" }');
    expect(config.nodeChecks[0]).toMatchObject({name: 'c', scriptArgs: ['true'], intervalMs: 1000, serviceId: 's'});
    expect(config.node.meta).toEqual({x: 'y'});
  });

  it('tells a file that does not open', () => {
    expect(refusal('', {paths: ['nofile.hcl']})).toBe('config: Open failed on nofile.hcl. open nofile.hcl: no such file or directory');
  });
});

describe('address templates', () => {
  it.each([
    ['{{ GetPrivateIP }}', '10.1.2.3'],
    ['{{ GetInterfaceIP "eth0" }}', '10.1.2.3'],
    ['{{ GetInterfaceIP "lo" }}', ''],
    ['{{ GetAllInterfaces | include "name" "lo" | attr "address" }}', '127.0.0.1'],
    ['{{ GetAllInterfaces | include "flags" "loopback" | include "type" "ipv4" | limit 1 | attr "address" }}', '127.0.0.1'],
    ['{{ GetAllInterfaces | include "network" "10.0.0.0/8" | math "address" "+1" | attr "address" }}', '10.1.2.4'],
    ['{{ GetAllInterfaces | exclude "type" "ipv6" | sort "-address" | join "address" "," }}', '127.0.0.1,10.1.2.3'],
    ['{{ printf "127.0.13.%d" 8 }}', '127.0.13.8'],
    ['a {{ GetPrivateIP | printf "%s" }} b', 'a 10.1.2.3 b'],
  ])('%s is %j', (template, text) => {
    expect(expandTemplate(template, host)).toBe(text);
  });
});

describe('reloading', () => {
  it('tells what a reload applies from what needs a restart', () => {
    const change = diffConfig(load('').config, load('log_level = "WARN"\nservice { name = "a" }\nports { http = 9 }').config);
    expect([...change.changed].sort()).toEqual(['log_level', 'services']);
    expect(change.ignored).toEqual(['addresses and ports changed, which a reload cannot apply: restart the agent']);
  });
});
