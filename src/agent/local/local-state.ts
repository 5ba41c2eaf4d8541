import {type HealthCheck, type NodeService} from '../../catalog/schema.ts';
import {type CheckStatus} from '../../health/check-result.ts';
import {type Random} from '../../runtime/random.ts';

/**
 * How far the catalog has an entry. `dirty`: to be written. `sending`: a write is under way. `synced`: as far as we know
 * it is there. `failed`: a write failed, and is tried again with the next full sync.
 */
export type SyncMark = 'dirty' | 'sending' | 'synced' | 'failed';

/** Where a definition came from; it decides its token, its right to run scripts, and whether it is persisted. */
export type DefinitionSource = 'local' | 'remote';

interface Entry {
  /** '' = the agent's default token */
  readonly token: string;
  readonly source: DefinitionSource;
  mark: SyncMark;
  /** Removed here; kept, unseen, until the catalog has confirmed it. */
  deleted: boolean;
  /** Value of `LocalState.sequence` at the last change or answered write. */
  touched: number;
}

export interface LocalService extends Entry {
  readonly kind: 'service';
  service: NodeService;
}

export interface LocalCheck extends Entry {
  readonly kind: 'check';
  check: HealthCheck;
  /** Monotonic time of the first critical result without a better one since. */
  criticalSinceMs: number | undefined;
  /** When a changed output, which alone is not worth a write, is sent after all. */
  deferUntilMs: number | undefined;
}

export type LocalEntry = LocalService | LocalCheck;

/** What an entry is added with. */
export interface EntryOptions {
  readonly token: string;
  readonly source: DefinitionSource;
}

/** What changed in the local state. `serviceId` is that of the service, or of the service a check speaks for. */
export interface LocalChange {
  readonly kind: 'service' | 'check';
  readonly id: string;
  readonly serviceId: string;
}

export interface LocalStateOptions {
  /** How long an output that changes alone may be behind in the catalog; 0 = not at all (agent-checks.md §11.2). */
  readonly checkUpdateIntervalMs: number;
  readonly discardCheckOutput: boolean;
}

/**
 * The services and checks of this agent, of which it is the authority (agent-checks.md §11), with what is known of the
 * catalog's copy. No I/O and no timers: anti-entropy reads it and marks it, the routes show it.
 */
export class LocalState {
  readonly #services = new Map<string, LocalService>();
  readonly #checks = new Map<string, LocalCheck>();
  /** Also those being removed. '' holds the node's own. */
  readonly #checksByService = new Map<string, Set<LocalCheck>>();
  readonly #dirty = new Set<LocalEntry>();
  readonly #unsettled = new Set<LocalEntry>();
  readonly #deferred = new Set<LocalCheck>();
  readonly #listeners = new Set<(change: LocalChange) => void>();
  #options: LocalStateOptions;
  #sequence = 0;

  constructor(options: LocalStateOptions) {
    this.#options = options;
  }

  /** Grows with every change and every answered write. */
  get sequence(): number {
    return this.#sequence;
  }

  setDiscardCheckOutput(discardCheckOutput: boolean): void {
    this.#options = {...this.#options, discardCheckOutput};
  }

  /** Those that are not being removed, in the order of their registration. */
  services(): readonly LocalService[] {
    return [...this.#services.values()].filter(({deleted}) => !deleted);
  }

  checks(): readonly LocalCheck[] {
    return [...this.#checks.values()].filter(({deleted}) => !deleted);
  }

  /** The checks of one service; of the node itself for ''. */
  checksOf(serviceId: string): readonly LocalCheck[] {
    return [...(this.#checksByService.get(serviceId) ?? [])].filter(({deleted}) => !deleted);
  }

  /** Checks that wait for their removal to be confirmed. */
  deletedChecksOf(serviceId: string): readonly LocalCheck[] {
    return [...(this.#checksByService.get(serviceId) ?? [])].filter(({deleted}) => deleted);
  }

  service(id: string): LocalService | undefined {
    const entry = this.#services.get(id);
    return entry?.deleted === true ? undefined : entry;
  }

  check(id: string): LocalCheck | undefined {
    const entry = this.#checks.get(id);
    return entry?.deleted === true ? undefined : entry;
  }

  /** Adds or replaces a service. Its checks are left alone. */
  putService(service: NodeService, {token, source}: EntryOptions): void {
    const entry: LocalService = {kind: 'service', service, token, source, mark: 'dirty', deleted: false, touched: 0};
    this.#hold(entry);
    this.#changed(entry);
  }

  /** Adds or replaces a check. The caller has seen to it that its service is there. */
  putCheck(check: HealthCheck, {token, source}: EntryOptions): void {
    const shown = this.#options.discardCheckOutput ? {...check, Output: ''} : check;
    const entry: LocalCheck = {
      kind: 'check', check: shown, token, source, mark: 'dirty', deleted: false, touched: 0, criticalSinceMs: undefined, deferUntilMs: undefined,
    };
    this.#hold(entry);
    this.#changed(entry);
  }

  /** Removes a service; its checks are removed by the caller, each with its runner. @returns false when there is none */
  removeService(id: string): boolean {
    return this.#remove(this.service(id));
  }

  removeCheck(id: string): boolean {
    return this.#remove(this.check(id));
  }

  /**
   * Takes what a check found. A status goes to the catalog at once; an output that changes alone may wait.
   * Nothing happens when the check is not there any more.
   */
  updateCheck(id: string, status: CheckStatus, output: string, nowMs: number, random: Random): void {
    const entry = this.check(id);
    if (entry === undefined) return;
    if (status !== 'critical') entry.criticalSinceMs = undefined;
    else entry.criticalSinceMs ??= nowMs;
    const Output = this.#options.discardCheckOutput ? '' : output;
    const before = entry.check;
    if (before.Status === status && before.Output === Output) return;
    entry.check = {...before, Status: status, Output};
    const interval = this.#options.checkUpdateIntervalMs;
    if (before.Status === status && interval > 0) {
      entry.deferUntilMs ??= nowMs + interval / 2 + random.float() * interval;
      this.#deferred.add(entry);
      this.#notify(entry);
      return;
    }
    this.#changed(entry);
  }

  /** Notes through which port of a proxy a check runs; 0 = none. */
  setExposedPort(id: string, ExposedPort: number): void {
    const entry = this.check(id);
    if (entry === undefined || entry.check.ExposedPort === ExposedPort) return;
    entry.check = {...entry.check, ExposedPort};
    this.#changed(entry);
  }

  /** Changes a service as the catalog has it better: tags that others may override, addresses that servers assign. */
  adopt(entry: LocalService, service: NodeService): void {
    entry.service = service;
    entry.touched = ++this.#sequence;
    this.#notify(entry);
  }

  /** Marks an entry as to be written. */
  markDirty(entry: LocalEntry): void {
    this.#sequence++;
    this.#mark(entry, 'dirty');
  }

  /** Notes a service or check that only the catalog has, so that it is removed there. */
  markForeign(entry: {readonly kind: 'service'; readonly service: NodeService} | {readonly kind: 'check'; readonly check: HealthCheck}): void {
    const common = {token: '', source: 'local', mark: 'dirty', deleted: true, touched: 0} as const;
    const foreign: LocalEntry = entry.kind === 'service' ? {...entry, ...common} : {...entry, ...common, criticalSinceMs: undefined, deferUntilMs: undefined};
    this.#hold(foreign);
    this.markDirty(foreign);
  }

  markSending(entry: LocalEntry): void {
    this.#mark(entry, 'sending');
  }

  /** Notes how a write ended; an entry that changed since `touched` stays dirty. A confirmed removal is forgotten. */
  markAnswered(entry: LocalEntry, touched: number, mark: 'synced' | 'failed'): void {
    if (!this.#holds(entry) || entry.touched !== touched) return;
    this.#sequence++;
    if (mark === 'synced' && entry.deleted) this.#forget(entry);
    else this.#mark(entry, mark);
  }

  /** Drops an entry that waits for its removal to be confirmed: what it belonged to is gone from the catalog. */
  forgetDeleted(entry: LocalEntry): void {
    if (entry.deleted && this.#holds(entry)) this.#forget(entry);
  }

  /** What is to be written, in no order. */
  get dirty(): ReadonlySet<LocalEntry> {
    return this.#dirty;
  }

  /** What waits for a write or for its answer: nobody knows yet whether the catalog will have it. */
  get unsettled(): ReadonlySet<LocalEntry> {
    return this.#unsettled;
  }

  /** All entries, also those being removed. */
  allServices(): IterableIterator<LocalService> {
    return this.#services.values();
  }

  allChecks(): IterableIterator<LocalCheck> {
    return this.#checks.values();
  }

  heldService(id: string): LocalService | undefined {
    return this.#services.get(id);
  }

  heldCheck(id: string): LocalCheck | undefined {
    return this.#checks.get(id);
  }

  /** Marks checks as dirty whose output has waited long enough. */
  releaseDeferred(nowMs: number): void {
    for (const entry of this.#deferred) {
      if ((entry.deferUntilMs ?? 0) > nowMs) continue;
      this.#undefer(entry);
      this.markDirty(entry);
    }
  }

  /** When the next waiting output is due. */
  get deferredDueMs(): number | undefined {
    let due: number | undefined;
    for (const {deferUntilMs} of this.#deferred) due = Math.min(due ?? Infinity, deferUntilMs ?? Infinity);
    return due;
  }

  /** @returns a function that ends the listening */
  onChange(listener: (change: LocalChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Makes an entry stand for its id, instead of the one that did. */
  #hold(entry: LocalEntry): void {
    const before = entry.kind === 'service' ? this.#services.get(entry.service.ID) : this.#checks.get(entry.check.CheckID);
    if (before !== undefined) this.#forget(before);
    if (entry.kind === 'service') {
      this.#services.set(entry.service.ID, entry);
      return;
    }
    const {CheckID, ServiceID} = entry.check;
    this.#checks.set(CheckID, entry);
    const siblings = this.#checksByService.get(ServiceID);
    if (siblings === undefined) this.#checksByService.set(ServiceID, new Set([entry]));
    else siblings.add(entry);
  }

  #remove(entry: LocalEntry | undefined): boolean {
    if (entry === undefined) return false;
    entry.deleted = true;
    this.#changed(entry);
    return true;
  }

  /** True for the entry that stands for its id now, not for one that was replaced. */
  #holds(entry: LocalEntry): boolean {
    return entry.kind === 'service' ? this.#services.get(entry.service.ID) === entry : this.#checks.get(entry.check.CheckID) === entry;
  }

  #forget(entry: LocalEntry): void {
    this.#mark(entry, 'synced');
    if (entry.kind === 'service') {
      this.#services.delete(entry.service.ID);
      return;
    }
    this.#undefer(entry);
    const {CheckID, ServiceID} = entry.check;
    this.#checks.delete(CheckID);
    const siblings = this.#checksByService.get(ServiceID);
    siblings?.delete(entry);
    if (siblings?.size === 0) this.#checksByService.delete(ServiceID);
  }

  #undefer(entry: LocalCheck): void {
    entry.deferUntilMs = undefined;
    this.#deferred.delete(entry);
  }

  #changed(entry: LocalEntry): void {
    if (entry.kind === 'check') this.#undefer(entry);
    entry.touched = ++this.#sequence;
    this.#mark(entry, 'dirty');
    this.#notify(entry);
  }

  #mark(entry: LocalEntry, mark: SyncMark): void {
    entry.mark = mark;
    entry.touched = this.#sequence;
    if (mark === 'dirty') this.#dirty.add(entry);
    else this.#dirty.delete(entry);
    if (mark === 'dirty' || mark === 'sending') this.#unsettled.add(entry);
    else this.#unsettled.delete(entry);
  }

  #notify(entry: LocalEntry): void {
    const change: LocalChange = entry.kind === 'service'
      ? {kind: 'service', id: entry.service.ID, serviceId: entry.service.ID}
      : {kind: 'check', id: entry.check.CheckID, serviceId: entry.check.ServiceID};
    for (const listener of this.#listeners) listener(change);
  }
}
