import {type Clock, type Timer} from '../../runtime/clock.ts';
import {joinHostPort} from '../../runtime/host-port.ts';
import {type Logger} from '../../runtime/logger.ts';
import {serverMember} from '../../server/server-member.ts';
import {type GossipPool} from './gossip-pool.ts';

const floodIntervalMs = 60_000;

export interface FloodJoinOptions {
  readonly datacenter: string;
  readonly lan: GossipPool;
  readonly wan: GossipPool;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Brings every server of the LAN pool into the WAN pool (gossip.md §15.5): one of them joining another WAN is enough for all. */
export class FloodJoin {
  readonly #options: FloodJoinOptions;
  #timer: Timer | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(options: FloodJoinOptions) {
    this.#options = options;
  }

  start(): void {
    this.#unsubscribe = this.#options.lan.onEvent(({type, members}) => {
      if (type === 'member-join' && members.some((member) => serverMember(member) !== undefined)) this.#flood();
    });
    this.#arm();
    this.#flood();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#unsubscribe?.();
  }

  #arm(): void {
    this.#timer = this.#options.clock.setTimer(floodIntervalMs, () => {
      this.#flood();
      this.#arm();
    });
  }

  #flood(): void {
    const {lan, wan, datacenter, logger} = this.#options;
    const present = new Set(wan.members().map(({name}) => name));
    for (const member of lan.members()) {
      const server = serverMember(member);
      if (server === undefined || server.status !== 'alive' || server.wanJoinPort === 0 || server.datacenter !== datacenter) continue;
      const name = `${server.name}.${datacenter}`;
      if (present.has(name)) continue;
      const address = joinHostPort(server.host, server.wanJoinPort);
      wan.serf.join([`${name}/${address}`]).then(
        () => logger.debug('Successfully performed flood-join for server at address', {server: server.name, address}),
        (error: unknown) => logger.debug('Failed to flood-join server at address', {server: server.name, error}),
      );
    }
  }
}
