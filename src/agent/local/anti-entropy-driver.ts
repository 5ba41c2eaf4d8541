import {catalogDeregister, catalogNodeServiceList, catalogRegister, healthNodeChecks} from '../../catalog/methods.ts';
import {type Router} from '../../rpc/router.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Random} from '../../runtime/random.ts';
import {turn} from '../../runtime/slices.ts';
import {errorText} from '../../runtime/thrown.ts';
import {NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {NodeSpecificRequest} from '../../schema/rpc-common.ts';
import {AntiEntropy, type SyncEffect, type SyncInput, type WriteOutcome} from './anti-entropy.ts';
import {fullSyncMaxStaleMs} from './limits.ts';
import {type LocalEntry, type LocalState} from './local-state.ts';
import {type NodeInfo} from './node-info.ts';
import {type SyncTokens, type SyncWrite} from './sync-write.ts';

export interface AntiEntropyDriverOptions {
  readonly state: LocalState;
  readonly node: NodeInfo;
  readonly tokens: SyncTokens;
  readonly router: Router;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Runs the anti-entropy core: sends its reads and writes through the router, and wakes it in time. */
export class AntiEntropyDriver {
  readonly #options: AntiEntropyDriverOptions;
  readonly #core: AntiEntropy;
  readonly #stop = new AbortController();
  #node: NodeInfo;
  #timer: Timer | undefined;
  #unsubscribe: (() => void) | undefined;
  #wakeQueued = false;
  /** Each waits for its entries one after the other: `at` is the first that it has not seen settled. */
  #waiters: {readonly entries: readonly LocalEntry[]; at: number; readonly done: () => void}[] = [];

  constructor(options: AntiEntropyDriverOptions) {
    this.#options = options;
    this.#node = options.node;
    this.#core = new AntiEntropy(options.state, options.node, options.tokens);
    this.pause();
  }

  /**
   * To be called once all definitions are loaded. Before, whatever happens in the pool, nothing is compared: an agent that
   * finds its peers again by itself hears of a leader while it still knows none of its services, and would take them out
   * of the catalog.
   */
  start(): void {
    this.#unsubscribe = this.#options.state.onChange(() => this.#wakeSoon());
    this.resume();
  }

  /** Final: what is under way is given up. */
  stop(): void {
    this.#unsubscribe?.();
    this.#timer?.cancel();
    this.#stop.abort();
    this.#releaseWaiters(() => false);
  }

  /** Registrations of several parts hold the writes back until all parts are there. Pauses nest. */
  pause(): void {
    this.#step({type: 'pause'});
  }

  resume(): void {
    this.#step({type: 'resume'});
  }

  /** The pool has this many members. */
  members(count: number): void {
    this.#step({type: 'members', count});
  }

  /** A server was found or a token changed: all is compared again within seconds. */
  hopeful(): void {
    this.#step({type: 'hopeful'});
  }

  nodeChanged(info: NodeInfo): void {
    this.#node = info;
    this.#step({type: 'node-changed', info});
  }

  /** Resolves when everything that waits now has been tried once, with success or without. */
  async tried(): Promise<void> {
    const entries = [...this.#options.state.unsettled];
    if (this.#stop.signal.aborted || this.#core.paused || entries.length === 0) return;
    await new Promise<void>((done) => this.#waiters.push({entries, at: 0, done}));
  }

  /** Changes that come together, as a service and its checks do, become one write. */
  #wakeSoon(): void {
    if (this.#wakeQueued) return;
    this.#wakeQueued = true;
    queueMicrotask(() => {
      this.#wakeQueued = false;
      this.#step({type: 'wake'});
    });
  }

  #step(input: SyncInput): void {
    if (this.#stop.signal.aborted) return;
    const {clock, random} = this.#options;
    const effects = this.#core.step(input, clock.nowMs(), random);
    for (const effect of effects) this.#carryOut(effect);
    this.#releaseWaiters((entry) => !this.#core.paused && this.#options.state.unsettled.has(entry));
    this.#timer?.cancel();
    const wakeAtMs = this.#core.wakeAtMs;
    if (wakeAtMs !== undefined) this.#timer = clock.setTimer(wakeAtMs - clock.nowMs(), () => this.#step({type: 'wake'}));
  }

  #carryOut(effect: SyncEffect): void {
    switch (effect.type) {
      case 'fetch':
        void this.#fetch();
        break;
      case 'compare':
        void turn().then(() => this.#step({type: 'compare'}));
        break;
      case 'write':
        void this.#write(effect.write);
        break;
      case 'log':
        this.#options.logger[effect.level](effect.message, effect.fields);
        break;
    }
  }

  async #fetch(): Promise<void> {
    const {router, tokens} = this.#options;
    const request = NodeSpecificRequest.make({
      Datacenter: this.#node.datacenter,
      Node: this.#node.name,
      Token: tokens.agent(),
      AllowStale: true,
      MaxStaleDuration: fullSyncMaxStaleMs * NANOS_PER_MILLISECOND,
    });
    try {
      const [services, checks] = await Promise.all([
        router.call(catalogNodeServiceList, request, this.#stop.signal),
        router.call(healthNodeChecks, request, this.#stop.signal),
      ]);
      const {Node, Services} = services.NodeServices;
      this.#step({type: 'fetched', catalog: {node: Node, services: Services ?? [], checks: checks.HealthChecks ?? []}});
    } catch (error) {
      this.#step({type: 'fetch-failed', error: errorText(error)});
    }
  }

  async #write(write: SyncWrite): Promise<void> {
    const {router} = this.#options;
    const {call} = write;
    try {
      if (call.kind === 'register') await router.call(catalogRegister, call.request, this.#stop.signal);
      else await router.call(catalogDeregister, call.request, this.#stop.signal);
      this.#step({type: 'written', write, outcome: 'done', error: ''});
    } catch (error) {
      const text = errorText(error);
      this.#step({type: 'written', write, outcome: outcomeOf(write, text), error: text});
    }
  }

  #releaseWaiters(isUnsettled: (entry: LocalEntry) => boolean): void {
    this.#waiters = this.#waiters.filter((waiter) => {
      for (; waiter.at < waiter.entries.length; waiter.at++) {
        const entry = waiter.entries[waiter.at];
        if (entry !== undefined && isUnsettled(entry)) return true;
      }
      waiter.done();
      return false;
    });
  }
}

function outcomeOf({call}: SyncWrite, error: string): WriteOutcome {
  if (error.includes('Permission denied') || error.includes('ACL not found')) return 'denied';
  // What is not there need not be taken away.
  return call.kind === 'deregister' && /Unknown (service|check)/.test(error) ? 'done' : 'failed';
}
