import {type Sliced} from '../runtime/slices.ts';
import {type WriteTx} from '../store/write-tx.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {type Fact} from './fact.ts';

/** What a command sees while its entry is applied: no clock, no chance, no I/O, so every server ends up the same. */
export interface ApplyContext {
  readonly tx: WriteTx;
  /** The log index of the entry: CreateIndex or ModifyIndex of whatever it writes. */
  readonly index: number;
  readonly neighbours: Neighbours;
  emit(fact: Fact): void;
}

/**
 * How a command asks about, and reaches into, domains it does not know, in Consul's order (http-core.md §14.5, §21.3).
 * Implemented in one place, `server/cascades.ts`.
 */
export interface Neighbours {
  sessionExists(tx: WriteTx, sessionId: string): boolean;
  nodeExists(tx: WriteTx, node: string): boolean;
  /** Whether any instance of a service of this name is registered. */
  hasInstances(tx: WriteTx, service: string): boolean;
  /** Undefined when the node has no such check. */
  checkState(tx: WriteTx, node: string, checkId: string): {readonly status: string; readonly type: string} | undefined;
  /** A node row is about to be deleted; its services and checks are gone already. */
  nodeDeleted(context: ApplyContext, node: string): Sliced<void>;
  /** A check was deleted, or was written as critical: sessions bound to it end. */
  checkFailed(context: ApplyContext, node: string, checkId: string): Sliced<void>;
  /** A session row was written: checks of type `session` that name it pass. */
  sessionCreated(context: ApplyContext, session: SessionSummary): Sliced<void>;
  /**
   * A session row was deleted: its locks are let go, queries bound to it go.
   * @returns the keys that it held
   */
  sessionEnded(context: ApplyContext, session: SessionSummary): Sliced<readonly ByteString[]>;
  /** Checks that follow the ended session: sessions bound to them end first, then `sessionChecksFail` writes them. */
  sessionChecks(tx: WriteTx, session: SessionSummary): readonly string[];
  sessionChecksFail(context: ApplyContext, session: SessionSummary): Sliced<void>;
}

/** What its neighbours need to know of a session. */
export interface SessionSummary {
  readonly ID: string;
  readonly Name: string;
  readonly Node: string;
  readonly Behavior: string;
}
