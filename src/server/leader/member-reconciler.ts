import {DeregisterRequest, RegisterRequest} from '../../catalog/schema.ts';
import {ConsulError} from '../../consul-error.ts';
import {type Proposer} from '../../fsm/proposer.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Member, type Membership} from '../membership.ts';
import {lookAgainAtLeftMs, reconcileIntervalMs} from '../limits.ts';
import {serverMember} from '../server-member.ts';
import {type LeaderDuty} from './leader-duty.ts';
import {type RaftMembers} from './raft-members.ts';
import {type CatalogChange, deregisterMember, type MemberCatalog, reconcileMember} from './reconcile-member.ts';

/** The catalog as the reconciler sees it: a view at the moment of the call. */
export interface ReconciledCatalog extends MemberCatalog {
  /** Nodes that have a `serfHealth` check, so that an agent stood behind them once. */
  nodesOfAgents(): readonly string[];
}

export interface MemberReconcilerOptions {
  readonly datacenter: string;
  readonly membership: Membership;
  readonly catalog: ReconciledCatalog;
  readonly proposer: Proposer;
  /** Raft's configuration, which servers belong into. */
  readonly servers: Pick<RaftMembers, 'joined' | 'gone'>;
  readonly barrier: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps the catalog's nodes, `serfHealth` checks and `consul` services in line with the LAN pool (rpc-raft.md §16): at
 * each event of the pool, over those who have left once more a little later, and over all members when leadership is
 * gained and every minute after.
 */
export class MemberReconciler implements LeaderDuty {
  readonly #options: MemberReconcilerOptions;
  #unsubscribe: (() => void) | undefined;
  #timer: Timer | undefined;
  #leftTimer: Timer | undefined;
  /** One member after the other, in the order of their events. */
  #queue: Promise<void> = Promise.resolve();
  #epoch = 0;

  constructor(options: MemberReconcilerOptions) {
    this.#options = options;
  }

  gained(): void {
    const epoch = ++this.#epoch;
    this.#unsubscribe = this.#options.membership.onEvent(({type, members}) => {
      this.#enqueue(epoch, () => this.#reconcileSome(members, type === 'member-reap'));
      if (type === 'member-leave') this.#lookAgain(epoch);
    });
    this.#enqueue(epoch, () => this.#reconcileAll());
    this.#arm(epoch);
  }

  lost(): void {
    this.#epoch++;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#timer?.cancel();
    this.#leftTimer?.cancel();
  }

  /** A restored state knows the members of another time. */
  replaced(): void {
    if (this.#unsubscribe !== undefined) this.#enqueue(this.#epoch, () => this.#reconcileAll());
  }

  /** Resolves when all that was known of members by now is written. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  #arm(epoch: number): void {
    this.#timer = this.#options.clock.setTimer(reconcileIntervalMs, () => {
      this.#enqueue(epoch, async () => {
        await this.#options.barrier();
        await this.#reconcileAll();
      });
      this.#arm(epoch);
    });
  }

  /** Its check results, on their way when it left, may have brought a node back. */
  #lookAgain(epoch: number): void {
    this.#leftTimer?.cancel();
    this.#leftTimer = this.#options.clock.setTimer(lookAgainAtLeftMs, () => {
      this.#enqueue(epoch, () => this.#reconcileSome(this.#options.membership.members().filter(({status}) => status === 'left'), false));
    });
  }

  #enqueue(epoch: number, work: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (epoch !== this.#epoch) return;
      try {
        await work();
      } catch (error) {
        // Tried again within a minute; leadership that is lost in between ends it.
        this.#options.logger.error('failed to reconcile members', {error});
      }
    });
  }

  async #reconcileAll(): Promise<void> {
    const {membership, catalog, datacenter} = this.#options;
    const members = membership.members();
    await this.#reconcileSome(members, false);
    const known = new Set(members.map(({name}) => name.toLowerCase()));
    for (const node of catalog.nodesOfAgents()) {
      if (known.has(node.toLowerCase())) continue;
      await this.#apply(deregisterMember(catalog, node, datacenter), node, 'reaped');
    }
  }

  async #reconcileSome(members: readonly Member[], isReaped: boolean): Promise<void> {
    const {catalog, datacenter, membership, barrier} = this.#options;
    const localName = membership.local().name;
    for (const member of members) {
      // A reaped member is gone for good, whatever it was last.
      const seen: Member = isReaped ? {...member, status: 'left'} : member;
      await this.#reconcileServer(seen);
      const change = (): CatalogChange | undefined => reconcileMember(catalog, seen, datacenter, localName);
      let next = change();
      if (next !== undefined && rewritesNode(next)) {
        // What the agent wrote of its node until now is kept, and what it writes from now on comes after.
        await barrier();
        next = change();
      }
      await this.#apply(next, member.name, seen.status);
    }
  }

  /** A server is in Raft before it is in the catalog, and out of Raft before it is out of the catalog. */
  async #reconcileServer(member: Member): Promise<void> {
    const {servers, datacenter} = this.#options;
    const server = serverMember(member);
    if (server === undefined || server.datacenter !== datacenter) return;
    if (server.status === 'alive') await servers.joined(server);
    else if (server.status === 'left') await servers.gone(server.id, server.name);
  }

  async #apply(change: CatalogChange | undefined, member: string, status: string): Promise<void> {
    if (change === undefined) return;
    const {proposer, logger} = this.#options;
    const result = change.kind === 'register'
      ? await proposer.propose(0, RegisterRequest, change.request)
      : await proposer.propose(1, DeregisterRequest, change.request);
    if (result instanceof ConsulError) throw result;
    logger.info(change.kind === 'register' ? 'member joined or changed, its health is written' : 'deregistering member', {member, status});
  }
}

function rewritesNode(change: CatalogChange): boolean {
  return change.kind === 'register' && !change.request.SkipNodeUpdate;
}
