import {type Timer} from '../../runtime/clock.ts';
import {RaftError} from '../raft-error.ts';
import {type SnapshotHead, type SnapshotMeta, type SnapshotWriter} from '../snapshot/snapshot-store.ts';
import {type FsmSnapshot} from './fsm.ts';
import {type RaftHost} from './raft-host.ts';

/** Takes snapshots of the FSM when the log has grown (sheet rpc-raft §13), and puts a user's snapshot in the log's place. */
export class Snapshotter {
  readonly #host: RaftHost;
  #timer: Timer | undefined;
  #taking: Promise<SnapshotMeta | undefined> | undefined;
  #closed = false;

  constructor(host: RaftHost) {
    this.#host = host;
  }

  /** Looks at the threshold at a random point in [interval, 2·interval), again and again. */
  arm(): void {
    const {clock, random, config} = this.#host.options;
    if (this.#closed) return;
    this.#timer = clock.setTimer(config.snapshotIntervalMs * (1 + random.float()), () => {
      this.#takeIfDue().then(
        () => this.arm(),
        (error: unknown) => {
          this.#host.options.logger.error('failed to take snapshot', {error: error instanceof Error ? error.message : String(error)});
          this.arm();
        },
      );
    });
  }

  async #takeIfDue(): Promise<void> {
    const {log} = this.#host.core().state;
    if (this.#host.apply.appliedIndex - log.snapshotIndex >= this.#host.options.config.snapshotThreshold) await this.take();
  }

  /** One at a time; who comes while one is taken gets that one. */
  take(): Promise<SnapshotMeta | undefined> {
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined;
    });
    return this.#taking;
  }

  async #take(): Promise<SnapshotMeta | undefined> {
    const held = await this.#host.apply.run(() => this.#hold());
    if (held === undefined) return undefined;
    const [head, view] = held;
    try {
      const writer = await this.#host.options.snapshotStore.create(head, this.#host.options.clock.wallMs());
      const meta = await this.#fill(writer, view.write(), () => writer.commit());
      this.#host.options.logger.info('snapshot taken', {id: meta.id, bytes: meta.sizeBytes});
      this.#host.step({kind: 'snapshot-taken', index: meta.index, term: meta.term});
      return meta;
    } finally {
      view.release();
    }
  }

  /** Runs in the apply queue: nothing is applied meanwhile. */
  #hold(): [SnapshotHead, FsmSnapshot] | undefined {
    const index = this.#host.apply.appliedIndex;
    const {state} = this.#host.core();
    if (index <= state.log.snapshotIndex) return undefined;
    const term = state.log.termAt(index);
    const stated = state.configurations.at(index);
    // The newest committed configuration is not applied yet, and what was in force before it is forgotten: a moment later.
    if (term === undefined || stated.index === 0) return undefined;
    const head = {index, term, configuration: stated.configuration, configurationIndex: stated.index};
    return [head, this.#host.options.fsm.snapshot()];
  }

  async #fill<T>(writer: SnapshotWriter, state: AsyncIterable<Buffer>, end: () => Promise<T>): Promise<T> {
    try {
      for await (const chunk of state) {
        if (this.#closed) throw new RaftError('shutdown', 'raft is already shutdown');
        await writer.write(chunk);
      }
      return await end();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /**
   * The user's state goes to disk, then into the FSM, then into its place in the log; `place` asks the core for the last.
   * The FSM's old state is held until the core has agreed, so that a lost leadership leaves no trace. `prove` shows that a
   * quorum still follows: no other leader can come up before its patience is over, and what is left to do is far shorter.
   */
  async restore(state: AsyncIterable<Buffer>, head: SnapshotHead, prove: () => Promise<unknown>, place: (ok: boolean) => Promise<number>): Promise<number> {
    const {snapshotStore, clock} = this.#host.options;
    let writer: SnapshotWriter;
    try {
      writer = await snapshotStore.create(head, clock.wallMs());
      await this.#fill(writer, state, () => writer.finish());
    } catch (error) {
      await place(false);
      throw error;
    }
    return this.#host.apply.run(() => this.#swap(writer, head, prove, place));
  }

  async #swap(writer: SnapshotWriter, head: SnapshotHead, prove: () => Promise<unknown>, place: (ok: boolean) => Promise<number>): Promise<number> {
    const {fsm, snapshotStore} = this.#host.options;
    const old = fsm.snapshot();
    try {
      try {
        await fsm.restore(writer.read());
      } catch (error) {
        await writer.abort();
        await place(false);
        throw error;
      }
      const stillLeads = await prove().then(() => true, () => false);
      const {state} = this.#host.core();
      if (!stillLeads || state.role !== 'leader' || state.hard.term !== head.term) {
        await fsm.restore(old.write());
        await writer.abort();
        return await place(false);
      }
      const meta = await writer.commit();
      const before = this.#host.apply.appliedIndex;
      this.#host.apply.jumpTo(head.index);
      try {
        return await place(true);
      } catch (error) {
        // Leadership was lost while the folder was renamed: this state never was the cluster's.
        await snapshotStore.remove(meta);
        await fsm.restore(old.write());
        this.#host.apply.jumpTo(before);
        throw error;
      }
    } finally {
      old.release();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#taking?.catch((error: unknown) => {
      this.#host.options.logger.debug('snapshot ended by shutdown', {error: error instanceof Error ? error.message : String(error)});
    });
  }
}
