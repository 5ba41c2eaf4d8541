import {type Random} from '../../runtime/random.ts';
import {type Sliced} from '../../runtime/slices.ts';
import {markDifferences, type CatalogOfNode} from './catalog-difference.ts';
import {comparisonsPerStep, fullSyncIntervalMs, fullSyncRetryMs, scaleThresholdMembers, serverUpStaggerMs, syncWritesInFlightMax} from './limits.ts';
import {type LocalEntry, type LocalState} from './local-state.ts';
import {isNodeInSync, type NodeInfo} from './node-info.ts';
import {sameAsWritten} from './same-as-written.ts';
import {laneOf, nodeWrite, type SyncTokens, type SyncWrite, writeFor} from './sync-write.ts';

/** How the servers took a write. `denied`: no token of ours may do it; trying again at once would not help. */
export type WriteOutcome = 'done' | 'denied' | 'failed';

export type SyncInput =
  /** Time went on, or the local state changed. */
  | {readonly type: 'wake'}
  | {readonly type: 'fetched'; readonly catalog: CatalogOfNode}
  | {readonly type: 'fetch-failed'; readonly error: string}
  /** Asked for by the effect of that name. */
  | {readonly type: 'compare'}
  | {readonly type: 'written'; readonly write: SyncWrite; readonly outcome: WriteOutcome; readonly error: string}
  /** A server was found, or a token changed: what failed may work now. */
  | {readonly type: 'hopeful'}
  | {readonly type: 'node-changed'; readonly info: NodeInfo}
  | {readonly type: 'members'; readonly count: number}
  | {readonly type: 'pause'}
  | {readonly type: 'resume'};

export type SyncEffect =
  | {readonly type: 'fetch'}
  /** More is to be compared, when others have had their turn. */
  | {readonly type: 'compare'}
  | {readonly type: 'write'; readonly write: SyncWrite}
  | {readonly type: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string; readonly fields?: Readonly<Record<string, string>>};

/**
 * Keeps the catalog's picture of this node equal to the local state (agent-checks.md §12): all of it at an interval that
 * grows with the pool, what changes at once. A core without I/O: it owns the marks of the local state.
 */
export class AntiEntropy {
  readonly #state: LocalState;
  readonly #tokens: SyncTokens;
  #info: NodeInfo;
  #nodeMark: 'dirty' | 'sending' | 'synced' | 'failed' = 'dirty';
  #members = 1;
  #pauses = 0;
  /** Monotonic time of the next full sync; at once after the start. */
  #fullSyncAtMs = -Infinity;
  /** `sequence` of the local state when the catalog was asked; undefined while it is not being asked. */
  #fetchSince: number | undefined;
  /** Nothing is written before the first question is answered: a restarted agent's catalog mostly has all of it. */
  #hasAsked = false;
  readonly #busyLanes = new Set<string>();
  /** What is left of comparing the state with what was fetched; nothing is written meanwhile. */
  #comparison: Sliced<void> | undefined;

  constructor(state: LocalState, info: NodeInfo, tokens: SyncTokens) {
    this.#state = state;
    this.#info = info;
    this.#tokens = tokens;
  }

  /** When to step again although nothing happens; undefined while paused. */
  get wakeAtMs(): number | undefined {
    if (this.#pauses > 0) return undefined;
    const full = this.#fetchSince === undefined ? this.#fullSyncAtMs : Infinity;
    const next = Math.min(full, this.#state.deferredDueMs ?? Infinity);
    return next === Infinity ? undefined : next;
  }

  get paused(): boolean {
    return this.#pauses > 0;
  }

  step(input: SyncInput, nowMs: number, random: Random): readonly SyncEffect[] {
    const effects: SyncEffect[] = [];
    switch (input.type) {
      case 'wake':
        break;
      case 'fetched':
        this.#fetched(input.catalog, nowMs, random);
        this.#compare(effects);
        break;
      case 'compare':
        this.#compare(effects);
        break;
      case 'fetch-failed':
        this.#hasAsked = true;
        this.#fetchSince = undefined;
        this.#fullSyncAtMs = nowMs + this.#staggered(fullSyncRetryMs, random);
        effects.push({type: 'log', level: 'error', message: 'failed to sync remote state', fields: {error: input.error}});
        break;
      case 'written':
        this.#written(input.write, input.outcome, input.error, effects);
        if (input.outcome === 'failed') this.#fullSyncWithin(nowMs + this.#staggered(fullSyncRetryMs, random));
        break;
      case 'hopeful':
        this.#fullSyncWithin(nowMs + random.float() * this.#scale() * serverUpStaggerMs);
        break;
      case 'node-changed':
        if (sameAsWritten(input.info, this.#info)) break;
        this.#info = input.info;
        this.#nodeMark = 'dirty';
        break;
      case 'members':
        this.#members = input.count;
        break;
      case 'pause':
        this.#pauses++;
        break;
      case 'resume':
        this.#pauses--;
        break;
    }
    this.#goOn(nowMs, effects);
    return effects;
  }

  #fetched(catalog: CatalogOfNode, nowMs: number, random: Random): void {
    const since = this.#fetchSince ?? this.#state.sequence;
    this.#fetchSince = undefined;
    this.#hasAsked = true;
    this.#fullSyncAtMs = nowMs + this.#staggered(fullSyncIntervalMs, random);
    if (this.#nodeMark !== 'sending') this.#nodeMark = isNodeInSync(this.#info, catalog.node) ? 'synced' : 'dirty';
    this.#comparison = markDifferences(this.#state, catalog, since);
  }

  #compare(effects: SyncEffect[]): void {
    for (let compared = 0; compared < comparisonsPerStep; compared++) {
      if (this.#comparison?.next().done === false) continue;
      this.#comparison = undefined;
      return;
    }
    effects.push({type: 'compare'});
  }

  /** Starts whatever may start: the fetch that is due, and writes of lanes that are free. */
  #goOn(nowMs: number, effects: SyncEffect[]): void {
    if (this.#pauses > 0) return;
    this.#state.releaseDeferred(nowMs);
    if (this.#fetchSince === undefined && this.#fullSyncAtMs <= nowMs) {
      this.#fetchSince = this.#state.sequence;
      effects.push({type: 'fetch'});
    }
    if (!this.#hasAsked || this.#comparison !== undefined) return;
    if (this.#nodeMark === 'dirty' || (this.#nodeMark === 'failed' && this.#state.dirty.size > 0)) {
      this.#nodeMark = 'sending';
      effects.push({type: 'write', write: nodeWrite(this.#info, this.#tokens)});
    }
    // What is on a node can be registered only once the node is.
    if (this.#nodeMark === 'synced') this.#writeEntries(effects);
  }

  #writeEntries(effects: SyncEffect[]): void {
    for (const entry of this.#state.dirty) {
      if (this.#busyLanes.size >= syncWritesInFlightMax) return;
      const lane = laneOf(entry);
      if (this.#busyLanes.has(lane)) continue;
      this.#busyLanes.add(lane);
      effects.push({type: 'write', write: writeFor(this.#firstOfLane(entry), this.#state, this.#info, this.#tokens)});
    }
  }

  /** A service goes before its checks, whichever changed first. */
  #firstOfLane(entry: LocalEntry): LocalEntry {
    if (entry.kind === 'service') return entry;
    const service = this.#state.heldService(entry.check.ServiceID);
    return service?.mark === 'dirty' ? service : entry;
  }

  #failAll(): void {
    for (const entry of this.#state.dirty) this.#state.markAnswered(entry, entry.touched, 'failed');
  }

  #written(write: SyncWrite, outcome: WriteOutcome, error: string, effects: SyncEffect[]): void {
    effects.push(logOf(write, outcome, error));
    // A denied write counts as done until the next full sync: only another token or policy would change the answer.
    const mark = outcome === 'failed' ? 'failed' : 'synced';
    if (write.subject === 'node') {
      if (this.#nodeMark === 'sending') this.#nodeMark = mark;
      if (mark === 'failed') this.#failAll();
      return;
    }
    this.#busyLanes.delete(write.lane);
    for (const {entry, touched} of write.covers) this.#state.markAnswered(entry, touched, mark);
    if (outcome === 'done' && write.subject === 'service' && write.call.kind === 'deregister') {
      for (const check of this.#state.deletedChecksOf(write.id)) this.#state.forgetDeleted(check);
    }
  }

  #fullSyncWithin(atMs: number): void {
    this.#fullSyncAtMs = Math.min(this.#fullSyncAtMs, atMs);
  }

  #staggered(intervalMs: number, random: Random): number {
    return intervalMs + random.float() * this.#scale() * intervalMs;
  }

  /** By how much the intervals of a pool grow, so that the servers' load does not (agent-checks.md §12). */
  #scale(): number {
    if (this.#members <= scaleThresholdMembers) return 1;
    return Math.ceil(Math.log2(this.#members) - Math.log2(scaleThresholdMembers)) + 1;
  }
}

function logOf({subject, id, call}: SyncWrite, outcome: WriteOutcome, error: string): SyncEffect {
  if (subject === 'node') {
    if (outcome === 'done') return {type: 'log', level: 'info', message: 'Synced node info'};
    return outcome === 'denied'
      ? {type: 'log', level: 'warn', message: 'Node info update blocked by ACLs', fields: {error}}
      : {type: 'log', level: 'warn', message: 'Syncing node info failed.', fields: {error}};
  }
  const isRemoval = call.kind === 'deregister';
  const noun = subject === 'service' ? 'Service' : 'Check';
  if (outcome === 'done') return {type: 'log', level: 'info', message: `${isRemoval ? 'Deregistered' : 'Synced'} ${subject}`, fields: {[subject]: id}};
  const message = outcome === 'denied'
    ? `${noun} ${isRemoval ? 'deregistration' : 'registration'} blocked by ACLs`
    : `${isRemoval ? 'Deregistering' : 'Syncing'} ${subject} failed.`;
  return {type: 'log', level: 'warn', message, fields: {[subject]: id, error}};
}
