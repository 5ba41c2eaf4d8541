import {type KnownServer, type ServerDirectory} from '../rpc/server-directory.ts';
import {type Membership} from './membership.ts';
import {type ServerMember, serverMember, serverMembers} from './server-member.ts';
import {isAtLeast, type ServerVersion} from './server-version.ts';

type Known = ReadonlyMap<string, readonly KnownServer[]>;

/** Where servers are, as gossip tells: those of this datacenter from the LAN pool, those of others from the WAN pool. */
export class MemberDirectory implements ServerDirectory {
  readonly #datacenter: string;
  readonly #lan: Membership;
  readonly #wan: Membership | undefined;
  readonly #listeners = new Set<() => void>();
  /** Made anew after servers have come, gone or changed: clients, of which there are many, do not count. */
  #known: Known | undefined;

  constructor(datacenter: string, lan: Membership, wan: Membership | undefined) {
    this.#datacenter = datacenter;
    this.#lan = lan;
    this.#wan = wan;
    for (const pool of [lan, wan]) {
      pool?.onEvent(({members}) => {
        if (members.some(({tags}) => tags['role'] === 'consul')) this.#changed();
      });
    }
  }

  /** Calls `listener` after servers have come, gone or changed. @returns ends the subscription */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  servers(datacenter: string): readonly KnownServer[] | undefined {
    this.#known ??= this.#read();
    return this.#known.get(datacenter);
  }

  /** Where a server of this datacenter is now, which may not be where Raft's configuration has it. */
  addressOf(id: string): string | undefined {
    return this.servers(this.#datacenter)?.find((server) => server.id === id)?.address;
  }

  /** Whether a server of this datacenter says that it is of an older version than this. */
  isBefore(id: string, version: ServerVersion): boolean {
    const server = serverMembers(this.#lan.members()).find((member) => member.id === id);
    return server !== undefined && !isAtLeast(server.version, version);
  }

  #changed(): void {
    this.#known = undefined;
    for (const listener of this.#listeners) listener();
  }

  #read(): Known {
    const known = new Map<string, KnownServer[]>();
    const add = (server: ServerMember | undefined): void => {
      if (server === undefined || server.status === 'left') return;
      const {id, name, datacenter, rpcAddress: address, status} = server;
      const servers = known.get(datacenter) ?? [];
      known.set(datacenter, servers);
      // A datacenter whose servers have all failed is still known.
      if (status !== 'failed') servers.push({id, name, datacenter, address});
    };
    for (const member of this.#wan?.members() ?? []) {
      const server = serverMember(member);
      if (server?.datacenter !== this.#datacenter) add(server);
    }
    for (const member of this.#lan.members()) {
      const server = serverMember(member);
      if (server?.datacenter === this.#datacenter) add(server);
    }
    return known;
  }
}
