import {coordinateUpdate} from '../../coordinate/methods.ts';
import {CoordinateUpdateRequest} from '../../coordinate/schema.ts';
import {type Router} from '../../rpc/router.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Random} from '../../runtime/random.ts';
import {type GossipPool} from './gossip-pool.ts';

export interface CoordinateSenderOptions {
  readonly lan: GossipPool;
  readonly router: Router;
  readonly nodeName: string;
  readonly datacenter: string;
  readonly token: () => string;
  /** The shortest time between two sends. */
  readonly intervalMinMs: number;
  /** All agents of the datacenter together send this often. */
  readonly rateTargetPerSecond: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Tells the servers now and then where this agent is in the space of round-trip times (gossip.md §13). */
export class CoordinateSender {
  readonly #options: CoordinateSenderOptions;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: CoordinateSenderOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#isStopped) return;
    const {lan, intervalMinMs, rateTargetPerSecond, clock, random} = this.#options;
    const intervalMs = Math.max(intervalMinMs, (lan.members().length / rateTargetPerSecond) * 1000);
    this.#timer = clock.setTimer(intervalMs * (1 + random.float()), () => void this.#send());
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #send(): Promise<void> {
    const {lan, router, nodeName, datacenter, token, logger} = this.#options;
    try {
      const Coord = lan.serf.coordinate;
      await router.call(coordinateUpdate, CoordinateUpdateRequest.make({Datacenter: datacenter, Node: nodeName, Coord, Token: token()}));
    } catch (error) {
      logger.error('Coordinate update error', {error});
    }
    this.start();
  }
}
