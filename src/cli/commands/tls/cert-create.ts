import {existsSync} from 'node:fs';
import {isIP} from 'node:net';
import {errorText} from '../../../runtime/thrown.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {Authority, type Issued, type LeafOptions} from './agent-authority.ts';
import {certificateMode, keyMode, readPem, writePem} from './pem-files.ts';

type Kind = 'server' | 'client' | 'cli';

interface LeafFlags {
  readonly domain: string;
  readonly dc: string;
  readonly node: string;
  readonly 'additional-dnsname': readonly string[];
  readonly 'additional-ipaddress': readonly string[];
}

const serverWarning = [
  '==> WARNING: Server Certificates grants authority to become a',
  '    server and access all state in the cluster including root keys',
  '    and all ACL tokens. Do not distribute them to production hosts',
  '    that are not server nodes. Store them as securely as CA keys.',
];

/** `consul tls cert create` (cli.md §3.11). */
export const tlsCertCreateCommand = defineCommand({
  usage: `consul tls cert create [options]

  Signs a certificate for a server, a client agent, or who calls the API, with
  an authority that "consul tls ca create" made, or any other.

    $ consul tls cert create -server -dc dc1
    ==> Using consul-agent-ca.pem and consul-agent-ca-key.pem
    ==> Saved dc1-server-consul-0.pem
    ==> Saved dc1-server-consul-0-key.pem`,
  flags: {
    'additional-dnsname': {kind: 'list', help: 'One more DNS name that the certificate is for, beside localhost. Can be given several times.'},
    'additional-ipaddress': {kind: 'list', help: 'One more IP address that the certificate is for, beside 127.0.0.1. Can be given several times.'},
    'ca': {kind: 'string', default: '#DOMAIN#-agent-ca.pem', help: "File of the authority's certificate."},
    'cli': {kind: 'bool', help: 'A certificate for calls of the API.'},
    'client': {kind: 'bool', help: 'A certificate for client agents.'},
    'days': {kind: 'int', default: '365', help: 'For how many days it is valid.'},
    'dc': {kind: 'string', default: 'dc1', help: 'Datacenter; it is part of the name in the certificate.'},
    'domain': {kind: 'string', default: 'consul', help: 'DNS domain of the cluster; it is part of the name in the certificate.'},
    'key': {kind: 'string', default: '#DOMAIN#-agent-ca-key.pem', help: "File of the authority's key."},
    'node': {kind: 'string', help: 'With -server: name of the node, for a further name <node>.server.<dc>.<domain>.'},
    'server': {kind: 'bool', help: 'A certificate for servers.'},
  },
  run({flags, io}) {
    const {domain, dc, node, days} = flags;
    const kinds = (['server', 'client', 'cli'] as const).filter((kind) => flags[kind]);
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) throw new CommandFailure('Please provide either -server, -client, or -cli');
    if (node !== '' && kind !== 'server') throw new CommandFailure('-node requires -server');
    const prefix = freePrefix(`${dc}-${kind}-${domain}`);
    const [caFile, caKeyFile] = [flags.ca.replaceAll('#DOMAIN#', domain), flags.key.replaceAll('#DOMAIN#', domain)];
    const ca = readPem(caFile, 'CA');
    const caKey = readPem(caKeyFile, 'CA key');
    if (kind === 'server') for (const line of serverWarning) printLine(io, line);
    printLine(io, `==> Using ${caFile} and ${caKeyFile}`);
    const {certificate, key} = issued(ca, caKey, {...leafOf(kind, flags), days, now: new Date()});
    for (const [path, text, mode] of [[`${prefix}.pem`, certificate, certificateMode], [`${prefix}-key.pem`, key, keyMode]] as const) {
      writePem(path, text, mode);
      printLine(io, `==> Saved ${path}`);
    }
    return Promise.resolve(0);
  },
});

/** The names are in the order of 1.21.4; the first one after the additional names is the common name. */
function leafOf(kind: Kind, flags: LeafFlags): Pick<LeafOptions, 'commonName' | 'dnsNames' | 'ipAddresses' | 'usages'> {
  const {domain, dc, node} = flags;
  const commonName = `${kind}.${dc}.${domain}`;
  const nodeName = node === '' ? [] : [`${node}.${commonName}`];
  const addresses = flags['additional-ipaddress'];
  const invalid = addresses.find((address) => isIP(address) === 0);
  if (invalid !== undefined) throw new CommandFailure(`invalid -additional-ipaddress "${invalid}": want an IP address`);
  return {
    commonName,
    dnsNames: [...flags['additional-dnsname'], ...nodeName, commonName, 'localhost'],
    ipAddresses: kind === 'cli' ? addresses : [...addresses, '127.0.0.1'],
    usages: kind === 'server' ? ['serverAuth', 'clientAuth'] : kind === 'client' ? ['clientAuth', 'serverAuth'] : [],
  };
}

/** `<prefix>-<n>` with the first number of which there is neither certificate nor key. */
function freePrefix(prefix: string): string {
  for (let n = 0; ; n++) {
    const numbered = `${prefix}-${n}`;
    if (!existsSync(`${numbered}.pem`) && !existsSync(`${numbered}-key.pem`)) return numbered;
  }
}

function issued(ca: string, key: string, options: LeafOptions): Issued {
  try {
    return new Authority(ca, key).issue(options);
  } catch (error) {
    throw new CommandFailure(errorText(error));
  }
}
