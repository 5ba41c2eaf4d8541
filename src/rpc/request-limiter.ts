import {ConsulError} from '../consul-error.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {limitBurstSeconds} from './limits.ts';
import {type MethodKind} from './method.ts';
import {TokenBucket, type BucketSize} from './token-bucket.ts';

/** `limits.request_limits`. Rates are requests a second; Infinity: no limit. */
export interface RequestLimits {
  /** permissive: what would be refused is only told of in the log. */
  readonly mode: 'disabled' | 'permissive' | 'enforcing';
  readonly readRatePerSecond: number;
  readonly writeRatePerSecond: number;
}

/** What operators need in order to look at a cluster that is in trouble, and servers to know of each other. */
const exempt = /^(Status\.|Operator\.(Autopilot|Raft|ServerHealth|TransferLeader))/;

/** Any server fires an event, but every agent has to do with it: it counts as a write (seen at 1.21.4). */
const eventFire = 'Internal.EventFire';

/** How many requests a server takes, wherever they come from: its own API, agents, other servers (rpc-raft.md §7). */
export class RequestLimiter {
  readonly #reads: TokenBucket;
  readonly #writes: TokenBucket;
  readonly #logger: Logger;
  #mode: RequestLimits['mode'];

  constructor(limits: RequestLimits, clock: Clock, logger: Logger) {
    this.#mode = limits.mode;
    this.#reads = new TokenBucket(clock, sizeOf(limits.readRatePerSecond));
    this.#writes = new TokenBucket(clock, sizeOf(limits.writeRatePerSecond));
    this.#logger = logger;
  }

  /** Whether requests are counted at all. */
  get isOn(): boolean {
    return this.#mode !== 'disabled';
  }

  /** Other limits from now on. */
  change(limits: RequestLimits): void {
    this.#mode = limits.mode;
    this.#reads.resize(sizeOf(limits.readRatePerSecond));
    this.#writes.resize(sizeOf(limits.writeRatePerSecond));
  }

  /**
   * @param from address of the caller; undefined for this process
   * @throws ConsulError for one request too many: on the leader a write cannot be tried elsewhere
   */
  admit(method: string, kind: MethodKind, isLeader: boolean, from: string | undefined): void {
    if (this.#mode === 'disabled' || exempt.test(method)) return;
    const isWrite = kind === 'write' || method === eventFire;
    if ((isWrite ? this.#writes : this.#reads).take()) return;
    const isEnforced = this.#mode === 'enforcing';
    this.#logger.debug('RPC exceeded allowed rate limit', {rpc: method, source_addr: from ?? '', limit_type: `global/${isWrite ? 'write' : 'read'}`, limit_enforced: isEnforced});
    if (!isEnforced) return;
    if (isWrite && isLeader) throw new ConsulError('rate limit exceeded for operation that can only be performed by the leader, try again later', 503, true);
    throw new ConsulError('rate limit exceeded, try again later or against a different server', 429, true);
  }
}

function sizeOf(perSecond: number): BucketSize {
  return {perSecond, burst: perSecond * limitBurstSeconds};
}
