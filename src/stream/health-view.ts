import {type CheckServiceNode} from '../catalog/schema.ts';
import {folded} from '../catalog/tables.ts';
import {grpcCode} from '../rpc/grpc/grpc-status.ts';
import {type Random} from '../runtime/random.ts';
import {OrderedMap} from '../store/ordered-map.ts';
import {resubscribeFirstMs, resubscribeMaxMs, streamProvenMs} from './limits.ts';
import {healthOp, type HealthUpdate, type StreamEvent} from './messages.ts';

/** What happens to a view. */
export type ViewInput =
  /** Begin; or the wait before the next try is over. */
  | {readonly kind: 'begin'}
  /** The server has the subscription, or will answer with an error. */
  | {readonly kind: 'opened'}
  /** `isWhole` false: a part of a batch, of which the rest follows. */
  | {readonly kind: 'event'; readonly event: StreamEvent; readonly isWhole?: boolean}
  /** The subscription is over, whatever the reason. */
  | {readonly kind: 'ended'; readonly code: number};

/** What is to be done for it. */
export type ViewEffect =
  /** Subscribe, telling the index of the last event seen; 0: begin anew. */
  | {readonly kind: 'subscribe'; readonly index: number}
  | {readonly kind: 'wait'; readonly delayMs: number}
  /** What readers may read has changed, or there is nothing to read yet and the reason is new. */
  | {readonly kind: 'changed'};

/**
 * The instances of a service as a subscription tells them (rpc-raft.md §10). It has no I/O: `step` takes what happened
 * and says what is to be done. While a snapshot comes in, and while there is no subscription, it shows what it showed.
 */
export class HealthView {
  /** What readers see. */
  #shown = new OrderedMap<CheckServiceNode>();
  #rows: readonly CheckServiceNode[] | undefined;
  #index = 0;
  /** A snapshot that is not whole yet. */
  #coming: OrderedMap<CheckServiceNode> | undefined;
  /** A batch that is not whole yet, on top of what is shown. */
  #batch: OrderedMap<CheckServiceNode> | undefined;
  #isReady = false;
  #isOpen = false;
  /** Tries that failed since the last event. */
  #failures = 0;
  #openedMs = 0;
  #hasHeard = false;
  #lostMs: number | undefined;

  /** True once a snapshot is whole. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** True when the last try to subscribe failed, and nothing came since. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Index of the last event shown; 0 before the first. */
  get index(): number {
    return this.#index;
  }

  /** The instances, by node and id. The same array until something changes. */
  get rows(): readonly CheckServiceNode[] {
    return (this.#rows ??= this.#shown.range().toArray());
  }

  /** Since when nothing was heard from any server; undefined while a subscription lives. */
  get lostMs(): number | undefined {
    return this.#isOpen ? undefined : this.#lostMs;
  }

  step(input: ViewInput, nowMs: number, random: Random): readonly ViewEffect[] {
    switch (input.kind) {
      case 'begin':
        this.#batch = undefined;
        this.#coming = this.#index === 0 ? new OrderedMap() : undefined;
        this.#lostMs ??= nowMs;
        return [{kind: 'subscribe', index: this.#index}];
      case 'opened':
        this.#isOpen = true;
        this.#openedMs = nowMs;
        this.#hasHeard = false;
        return [];
      case 'event':
        this.#hasHeard = true;
        this.#failures = 0;
        return this.#take(input.event, input.isWhole ?? true) ? [{kind: 'changed'}] : [];
      case 'ended':
        return this.#ended(input.code, nowMs, random);
    }
  }

  /** @returns whether readers see something new */
  #take(event: StreamEvent, isWhole: boolean): boolean {
    if (event.NewSnapshotToFollow) {
      this.#coming = new OrderedMap();
      return false;
    }
    if (event.EndOfSnapshot) return this.#snapshotIsWhole(event.Index);
    const into = this.#coming ?? this.#batch ?? (isWhole ? this.#shown : (this.#batch = this.#shown.clone()));
    for (const each of event.EventBatch?.Events ?? [event]) if (each.ServiceHealth !== null) update(into, each.ServiceHealth);
    if (this.#coming !== undefined || !isWhole) return false;
    this.#batch = undefined;
    this.#show(into, event.Index);
    return true;
  }

  #snapshotIsWhole(index: number): boolean {
    if (this.#coming === undefined) return false;
    this.#show(this.#coming, index);
    this.#coming = undefined;
    this.#isReady = true;
    return true;
  }

  #show(rows: OrderedMap<CheckServiceNode>, index: number): void {
    this.#shown = rows;
    this.#rows = undefined;
    this.#index = index;
  }

  #ended(code: number, nowMs: number, random: Random): readonly ViewEffect[] {
    // A stream that stood for a while was one, though nothing happened on it; one that was refused never was.
    if (this.#isOpen && (this.#hasHeard || nowMs - this.#openedMs >= streamProvenMs)) this.#lostMs = nowMs;
    this.#isOpen = false;
    this.#lostMs ??= nowMs;
    // The server's state is another than the one the events so far were about.
    if (code === grpcCode.aborted) this.#index = 0;
    this.#failures++;
    return [{kind: 'changed'}, {kind: 'wait', delayMs: this.#retryMs(random)}];
  }

  /** At once after the first failure, then after 200 to 400 ms, doubling. */
  #retryMs(random: Random): number {
    if (this.#failures === 1) return 0;
    const baseMs = resubscribeFirstMs * 2 ** Math.min(this.#failures - 2, 10);
    return Math.min(baseMs * (1 + random.float()), resubscribeMaxMs);
  }
}

function update(rows: OrderedMap<CheckServiceNode>, {Op, CheckServiceNode: instance}: HealthUpdate): void {
  const key = folded(instance.Node?.Node ?? '', instance.Service?.ID ?? '');
  if (Op === healthOp.deregister) rows.delete(key);
  else rows.set(key, instance);
}
