import {type Configuration, type ConfigurationChange, isVoter, suffrage} from '../../raft/configuration.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type ServerMember} from '../server-member.ts';

/** Raft as far as its membership goes. */
export interface RaftMembership {
  readonly configuration: Configuration;
  changeMembership(change: ConfigurationChange): Promise<unknown>;
}

/**
 * What becomes of Raft's configuration when a server joins the pool (rpc-raft.md §14): a newcomer gets no vote until
 * autopilot finds it stable. In the order in which the changes are to be made.
 */
function changesForServer({servers}: Configuration, {id, rpcAddress: address}: ServerMember): readonly ConfigurationChange[] {
  const known = servers.find((server) => server.id === id);
  if (known?.address === address) return [];
  const changes: ConfigurationChange[] = [];
  const squatter = servers.find((server) => server.address === address);
  if (squatter !== undefined) changes.push({op: 'remove-server', id: squatter.id});
  changes.push({op: known?.suffrage === suffrage.voter ? 'add-voter' : 'add-nonvoter', id, address});
  return changes;
}

/**
 * Whether a newcomer at the address of a voter may take its place: not where the cluster would be left with less than a
 * majority of what it was, as when one of two servers comes back with an empty disk.
 */
function mayLoseVoter({servers}: Configuration): boolean {
  return Math.floor((servers.filter(({suffrage: vote}) => vote === suffrage.voter).length - 1) / 2) >= 1;
}

/** Keeps Raft's configuration in line with the servers that come and go. */
export class RaftMembers {
  readonly #raft: RaftMembership;
  readonly #ownId: string;
  readonly #logger: Logger;

  constructor(raft: RaftMembership, ownId: string, logger: Logger) {
    this.#raft = raft;
    this.#ownId = ownId;
    this.#logger = logger;
  }

  /** A server is alive: it belongs into the configuration. */
  async joined(server: ServerMember): Promise<void> {
    if (server.id === '' || server.id === this.#ownId) return;
    const {configuration} = this.#raft;
    if (server.isBootstrap && !configuration.servers.some(({id}) => id === server.id)) {
      // It may have made a cluster of its own; two cannot become one.
      this.#logger.error('bootstrap server was found in the pool; only one server may bootstrap', {server: server.name});
      return;
    }
    const changes = changesForServer(configuration, server);
    const losesVoter = changes.some(({op, id}) => op === 'remove-server' && isVoter(configuration, id));
    if (losesVoter && !mayLoseVoter(configuration)) {
      this.#logger.error('Preventing server addition that would require removal of too many servers and cause cluster instability', {server: server.name, address: server.rpcAddress});
      return;
    }
    for (const change of changes) {
      this.#logger.info('changing the Raft configuration', {op: change.op, id: change.id, server: server.name});
      await this.#raft.changeMembership(change);
    }
  }

  /** A server has left the pool for good. */
  async gone(id: string, name: string): Promise<void> {
    if (id === this.#ownId || !this.#raft.configuration.servers.some((server) => server.id === id)) return;
    this.#logger.info('removing server by ID', {id, server: name});
    await this.#raft.changeMembership({op: 'remove-server', id});
  }
}
