import {AntiEntropy, type SyncEffect, type SyncInput} from '../../src/agent/local/anti-entropy.ts';
import {LocalState, type LocalStateOptions} from '../../src/agent/local/local-state.ts';
import {type NodeInfo} from '../../src/agent/local/node-info.ts';
import {HealthCheck, NodeService} from '../../src/catalog/schema.ts';
import {type Random, seededRandom} from '../../src/runtime/random.ts';
import {PretendCatalog} from './pretend-catalog.ts';

export const nodeInfo: NodeInfo = {
  id: '11111111-2222-3333-4444-555555555555',
  name: 'n1',
  datacenter: 'dc1',
  address: '127.0.0.1',
  taggedAddresses: new Map([['lan', '127.0.0.1']]),
  meta: new Map([['consul-version', '1.21.4']]),
  locality: null,
};

export const origin = {token: '', source: 'remote'} as const;

export function service(ID: string, set: Partial<NodeService> = {}): NodeService {
  return NodeService.make({ID, Service: ID, Weights: {Passing: 1, Warning: 1}, ...set});
}

export function check(CheckID: string, ServiceID = '', set: Partial<HealthCheck> = {}): HealthCheck {
  return HealthCheck.make({Node: 'n1', CheckID, Name: CheckID, Status: 'critical', ServiceID, ServiceName: ServiceID, ...set});
}

/** What becomes of a read or a write on its way. */
export type Fate = 'arrives' | 'fails' | 'denied' | 'answer lost';

/** The anti-entropy core with a catalog at its other end, in simulated time. Answers come when `answer` is called. */
export class SimulatedSync {
  readonly state: LocalState;
  readonly core: AntiEntropy;
  readonly catalog = new PretendCatalog();
  readonly random: Random;
  readonly logged: string[] = [];
  nowMs = 0;
  #open: SyncEffect[] = [];

  constructor(seed = 1, options: LocalStateOptions = {checkUpdateIntervalMs: 0, discardCheckOutput: false}) {
    this.random = seededRandom(seed);
    this.state = new LocalState(options);
    this.core = new AntiEntropy(this.state, nodeInfo, {agent: () => 'agent', registration: () => 'default'});
  }

  /** Reads and writes that have not been answered yet. */
  get open(): readonly SyncEffect[] {
    return this.#open;
  }

  step(input: SyncInput): void {
    for (const effect of this.core.step(input, this.nowMs, this.random)) {
      if (effect.type === 'log') this.logged.push(effect.message);
      else this.#open.push(effect);
    }
  }

  /** Answers one open read or write. */
  answer(at: number, fate: Fate): void {
    const [effect] = this.#open.splice(at, 1);
    if (effect === undefined || effect.type === 'log') return;
    if (effect.type === 'fetch') {
      this.step(fate === 'arrives' ? {type: 'fetched', catalog: this.catalog.read()} : {type: 'fetch-failed', error: 'No cluster leader'});
      return;
    }
    if (effect.type === 'compare') {
      this.step({type: 'compare'});
      return;
    }
    const {write} = effect;
    if (fate === 'arrives' || fate === 'answer lost') this.catalog.take(write);
    const outcome = fate === 'arrives' ? 'done' : fate === 'denied' ? 'denied' : 'failed';
    this.step({type: 'written', write, outcome, error: outcome === 'done' ? '' : 'rpc error'});
  }

  /** Lets everything that is open arrive, in order, until nothing is open. */
  settle(): void {
    this.step({type: 'wake'});
    while (this.#open.length > 0) this.answer(0, 'arrives');
  }

  /** Moves time on to the next moment at which the core wants to be woken. @returns by how much */
  advanceToWake(): number {
    const atMs = Math.max(this.nowMs, this.core.wakeAtMs ?? this.nowMs);
    const byMs = atMs - this.nowMs;
    this.nowMs = atMs;
    this.step({type: 'wake'});
    return byMs;
  }
}
