import {serversMax} from './limits.ts';
import {RaftError} from './raft-error.ts';

/** Sheet rpc-raft §12: 0 Voter, 1 Nonvoter, 2 Staging (a nonvoter on its way; deprecated). */
export const suffrage = {voter: 0, nonvoter: 1, staging: 2} as const;
export type Suffrage = (typeof suffrage)[keyof typeof suffrage];

export interface RaftServer {
  readonly id: string;
  /** ip:port */
  readonly address: string;
  readonly suffrage: Suffrage;
}

/** The members of the cluster, as one type-5 log entry states them. */
export interface Configuration {
  readonly servers: readonly RaftServer[];
}

export const emptyConfiguration: Configuration = {servers: []};

/** One membership change; each makes a full configuration (Ongaro's dissertation ch. 4, one server at a time). */
export type ConfigurationChange =
  | {readonly op: 'add-voter' | 'add-nonvoter' | 'add-staging'; readonly id: string; readonly address: string}
  | {readonly op: 'demote-voter' | 'remove-server' | 'promote'; readonly id: string};

export function findServer(configuration: Configuration, id: string): RaftServer | undefined {
  return configuration.servers.find((server) => server.id === id);
}

export function isVoter(configuration: Configuration, id: string): boolean {
  return findServer(configuration, id)?.suffrage === suffrage.voter;
}

/** Votes or copies that decide: voters/2 + 1. */
export function quorumSize(configuration: Configuration): number {
  return Math.floor(voterCount(configuration) / 2) + 1;
}

export function voterCount(configuration: Configuration): number {
  let count = 0;
  for (const server of configuration.servers) if (server.suffrage === suffrage.voter) count++;
  return count;
}

const suffrageNames = ['Voter', 'Nonvoter', 'Staging'] as const;

/** As Go prints it in errors. */
function goServerText({suffrage: vote, id, address}: RaftServer): string {
  return `{${suffrageNames[vote]} ${id} ${address}}`;
}

function goText({servers}: Configuration): string {
  return `{[${servers.map(goServerText).join(' ')}]}`;
}

/** @throws RaftError 'bad-configuration' when ids or addresses are empty or double, or nobody has a vote, in the words of 1.21.4 */
export function checkConfiguration(configuration: Configuration): void {
  const ids = new Set<string>();
  const addresses = new Set<string>();
  const refuse = (why: string): never => {
    throw new RaftError('bad-configuration', why);
  };
  if (configuration.servers.length > serversMax) refuse(`more than ${serversMax} servers in configuration`);
  for (const server of configuration.servers) {
    if (server.id === '') refuse(`empty ID in configuration: ${goText(configuration)}`);
    if (server.address === '') refuse(`empty address in configuration: ${goServerText(server)}`);
    if (ids.has(server.id)) refuse(`found duplicate ID in configuration: ${server.id}`);
    if (addresses.has(server.address)) refuse(`found duplicate address in configuration: ${server.address}`);
    ids.add(server.id);
    addresses.add(server.address);
  }
  if (voterCount(configuration) === 0) refuse(`need at least one voter in configuration: ${goText(configuration)}`);
}

/**
 * The configuration after a change; the same object when the change changes nothing.
 * @throws RaftError 'bad-configuration' when the outcome would not be a valid configuration
 */
export function changedConfiguration(configuration: Configuration, change: ConfigurationChange): Configuration {
  const present = findServer(configuration, change.id);
  const next = changedServer(present, change);
  if (next === present || (next !== undefined && present !== undefined && sameServer(next, present))) return configuration;
  const servers = configuration.servers.filter((server) => server.id !== change.id);
  if (next !== undefined) {
    if (present === undefined) servers.push(next);
    else servers.splice(configuration.servers.indexOf(present), 0, next);
  }
  const changed = {servers};
  checkConfiguration(changed);
  return changed;
}

function changedServer(present: RaftServer | undefined, change: ConfigurationChange): RaftServer | undefined {
  switch (change.op) {
    case 'add-voter':
      return {id: change.id, address: change.address, suffrage: suffrage.voter};
    case 'add-nonvoter':
    case 'add-staging': {
      // Adding a present voter only moves its address: nobody loses a vote by being added.
      const asked = change.op === 'add-staging' ? suffrage.staging : suffrage.nonvoter;
      const keeps = present?.suffrage === suffrage.voter;
      return {id: change.id, address: change.address, suffrage: keeps ? suffrage.voter : asked};
    }
    case 'demote-voter':
      return present && {...present, suffrage: suffrage.nonvoter};
    case 'promote':
      return present?.suffrage === suffrage.staging ? {...present, suffrage: suffrage.voter} : present;
    case 'remove-server':
      return undefined;
  }
}

function sameServer(a: RaftServer, b: RaftServer): boolean {
  return a.id === b.id && a.address === b.address && a.suffrage === b.suffrage;
}

/** As `consul info` shows it: `[{Suffrage:Voter ID:… Address:…}]`. */
export function configurationText(configuration: Configuration): string {
  const words = ['Voter', 'Nonvoter', 'Staging'];
  const servers = configuration.servers.map((s) => `{Suffrage:${words[s.suffrage]} ID:${s.id} Address:${s.address}}`);
  return `[${servers.join(' ')}]`;
}
