import {existsSync} from 'node:fs';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {createAuthority} from './agent-authority.ts';
import {certificateMode, keyMode, writePem} from './pem-files.ts';

/** `consul tls ca create` (cli.md §3.11). */
export const tlsCaCreateCommand = defineCommand({
  usage: `consul tls ca create [options]

  Makes a certificate authority for the agents of a cluster: its certificate,
  which every agent gets, and its key, which stays with who signs.

    $ consul tls ca create
    ==> Saved consul-agent-ca.pem
    ==> Saved consul-agent-ca-key.pem`,
  flags: {
    'additional-name-constraint': {kind: 'list', help: 'With -name-constraint: one more DNS name to sign for, with all below it. Can be given several times.'},
    'cluster-id': {kind: 'string', help: 'ID of the cluster: makes a SPIFFE URI of it and of -domain, which the certificate bears.'},
    'common-name': {kind: 'string', help: 'Common name of the authority. By default Consul Agent CA and its serial number.'},
    'days': {kind: 'int', default: '1825', help: 'For how many days it is valid.'},
    'domain': {kind: 'string', default: 'consul', help: 'DNS domain of the cluster; files are named after it.'},
    'name-constraint': {kind: 'bool', help: 'Lets the authority sign for localhost, -domain and -additional-name-constraint only. Add the name of the UI, if people reach it by HTTPS under another.'},
  },
  run({flags, io}) {
    const {domain, days} = flags;
    const [file, keyFile] = [`${domain}-agent-ca.pem`, `${domain}-agent-ca-key.pem`];
    for (const path of [file, keyFile]) if (existsSync(path)) throw new CommandFailure(`${path} already exists.`);
    const {certificate, key} = createAuthority({
      days,
      commonName: flags['common-name'],
      domain,
      clusterId: flags['cluster-id'],
      permittedDnsNames: flags['name-constraint'] ? [...flags['additional-name-constraint'], domain, 'localhost'] : undefined,
      now: new Date(),
    });
    writePem(file, certificate, certificateMode);
    printLine(io, `==> Saved ${file}`);
    writePem(keyFile, key, keyMode);
    printLine(io, `==> Saved ${keyFile}`);
    return Promise.resolve(0);
  },
});
