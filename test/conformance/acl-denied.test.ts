import {expect, test} from 'vitest';
import {type Access, type Authorizer, type Resource} from '../../src/acl/authorizer.ts';
import {allowAll, denyAll} from '../../src/acl/fixed-authorizers.ts';
import {startAgent} from '../agent/running-agent.ts';
import {temporaryDir} from '../agent/local-fixture.ts';
import {compareTranscripts, vanishedDifferences} from './compare-transcripts.ts';
import {playSteps} from './play-scenario.ts';
import {readRecording} from './recordings.ts';
import {aclDenied, aclTokens} from './scenarios/acl-denied.ts';

/** Which access a name has, by the rules of the scenario's second token. */
const grants: Partial<Record<Resource, (name: string) => readonly Access[]>> = {
  service: (name) => (name === 'web' ? ['read', 'write'] : []),
  node: (name) => (name === 'n1' ? ['read'] : []),
  key: (name) => (name.startsWith('web/') ? ['read', 'list', 'write'] : name === 'web' ? ['read', 'list'] : []),
  session: (name) => (name === 'n1' ? ['read', 'write'] : []),
  event: (name) => (name === 'web' ? ['read', 'write'] : []),
  agent: (name) => (name === 'n1' ? ['read'] : []),
};

/** Numbers that stand in no answer. */
const NO_PORTS = {dns: 99_991, server: 99_992, serfLan: 99_993, serfWan: 99_994};

const web: Authorizer = {
  fingerprint: 'web',
  accessorId: aclTokens.webAccessor,
  allows: (resource, access, name) => grants[resource]?.(name).includes(access) ?? false,
  allowsPrefix: (_, __, prefix) => prefix.startsWith('web/'),
};

const authorizers: Readonly<Record<string, Authorizer>> = {[aclTokens.root]: allowAll, [aclTokens.web]: web};

test('each endpoint demands what it demands in Consul, and leaves out what it leaves out', {timeout: 120_000}, async () => {
  const expected = readRecording(aclDenied.name);
  if (expected === undefined) throw new Error(`${aclDenied.name} has no recorded answers`);
  const agent = await startAgent({
    config: `ports { grpc = -1 grpc_tls = -1 } acl { tokens { agent = "${aclTokens.root}" } }`,
    resolver: {resolve: (secret) => authorizers[secret] ?? denyAll},
  });
  const http = Number(new URL(agent.base).port);
  const running = {path: '', pid: process.pid, ports: {http, ...NO_PORTS}, directory: temporaryDir(), stop: agent.close};
  const differences = compareTranscripts(aclDenied, expected, await playSteps(running, aclDenied));
  expect(differences.filter(({known}) => known === undefined).map(({step, request, lines}) => [`step ${step}: ${request}`, ...lines].join('\n'))).toEqual([]);
  expect(vanishedDifferences(aclDenied, differences), 'listed as known differences, but alike').toEqual([]);
});
