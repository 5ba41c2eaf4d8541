import {type WriteTx} from '../store/write-tx.ts';
import {type Fact} from './fact.ts';

/** What a command sees while its entry is applied: no clock, no chance, no I/O, so every server ends up the same. */
export interface ApplyContext {
  readonly tx: WriteTx;
  /** The log index of the entry: CreateIndex or ModifyIndex of whatever it writes. */
  readonly index: number;
  /** What must happen in other domains when something here goes away. */
  readonly ripples: Ripples;
  emit(fact: Fact): void;
}

/**
 * How a change in one domain reaches the domains below and beside it, in Consul's order (http-core.md §14.5, §21.3).
 * Implemented in one place, `server/cascades.ts`; commands call it and know nothing of who listens.
 */
export interface Ripples {
  /** A node row is about to be deleted; its services and checks are gone already. */
  nodeDeleted(context: ApplyContext, node: string): void;
  /** A check was deleted, or was written as critical: sessions bound to it end. */
  checkFailed(context: ApplyContext, node: string, checkId: string): void;
  /** A session row was deleted: its locks are released or their keys deleted, queries bound to it go. */
  sessionEnded(context: ApplyContext, sessionId: string): void;
}
