import {type ApplyContext, type Neighbours} from '../fsm/apply-context.ts';
import {type Command, ignoreUnknownBit} from '../fsm/command.ts';
import {type Fact} from '../fsm/fact.ts';
import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {ChunkAssembler} from '../raft/driver/chunk-assembler.ts';
import {type Fsm, type FsmSnapshot} from '../raft/driver/fsm.ts';
import {type LogEntry} from '../raft/log-entry.ts';
import {driveFirst, isSliced, type Sliced} from '../runtime/slices.ts';
import {type Store} from '../store/store.ts';
import {type WriteTx} from '../store/write-tx.ts';
import {readState, writeState} from './state-bin.ts';

export interface ServerFsmOptions {
  readonly store: Store;
  readonly commands: readonly Command[];
  readonly records: readonly SnapshotRecords[];
  readonly neighbours: Neighbours;
  /** Told what entries brought about, after they are published. */
  readonly observe: (facts: readonly Fact[]) => void;
  /** Told after the whole state was replaced from a snapshot. */
  readonly replaced: () => void;
}

/** Entries applied between two looks at the clock. */
const entriesPerStep = 4;

/**
 * The replicated state: hands each log entry to its domain's command, in one write a batch. Readers see a batch at
 * once, when all of it is applied.
 */
export class ServerFsm implements Fsm {
  readonly #options: ServerFsmOptions;
  readonly #commands = new Map<number, Command>();
  readonly #chunks = new ChunkAssembler();

  constructor(options: ServerFsmOptions) {
    this.#options = options;
    for (const command of options.commands) this.#commands.set(command.type, command);
  }

  async applyBatch(entries: readonly LogEntry[]): Promise<readonly unknown[]> {
    const {store, observe} = this.#options;
    const tx = store.begin();
    const facts: Fact[] = [];
    let results: readonly unknown[];
    try {
      results = await driveFirst(this.#applyAll(tx, entries, facts));
      tx.publish();
    } finally {
      if (tx.isOpen) tx.abandon();
    }
    if (facts.length > 0) observe(facts);
    return results;
  }

  /** Many small entries take as long as a large one: there may be a turn after some. */
  *#applyAll(tx: WriteTx, entries: readonly LogEntry[], facts: Fact[]): Sliced<readonly unknown[]> {
    const results: unknown[] = [];
    for (const entry of entries) {
      const result = this.#apply(tx, entry, facts);
      results.push(isSliced(result) ? yield* result : result);
      if (results.length % entriesPerStep === 0) yield;
    }
    return results;
  }

  /** A held view; the records are encoded piece by piece while later entries are applied. */
  snapshot(): FsmSnapshot {
    const view = this.#options.store.view();
    const chunks = this.#chunks.records();
    return {write: () => writeState(view, this.#options.records, chunks), release: () => undefined};
  }

  async restore(source: AsyncIterable<Buffer>): Promise<void> {
    const tx = this.#options.store.beginReplacement();
    try {
      await readState(source, tx, this.#options.records, this.#chunks);
      tx.publish();
    } finally {
      if (tx.isOpen) tx.abandon();
    }
    this.#options.replaced();
  }

  #apply(tx: WriteTx, entry: LogEntry, facts: Fact[]): unknown {
    const accepted = this.#chunks.accept(entry);
    if (accepted.kind === 'part') return null;
    if (accepted.kind === 'lost') return accepted.error;
    const {data} = accepted;
    const typeByte = data[0] ?? 0;
    const command = this.#commands.get(typeByte & ~ignoreUnknownBit);
    if (command === undefined) {
      if ((typeByte & ignoreUnknownBit) !== 0) return null;
      throw new Error(`failed to apply request: log entry ${entry.index} has the unknown type ${typeByte}`);
    }
    const context: ApplyContext = {
      tx,
      index: entry.index,
      neighbours: this.#options.neighbours,
      emit: (fact) => void facts.push(fact),
    };
    return command.apply(context, command.decode(data.subarray(1)));
  }
}
