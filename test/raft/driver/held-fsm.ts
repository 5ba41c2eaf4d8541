import {type LogEntry} from '../../../src/raft/log-entry.ts';
import {CountingFsm} from './counting-fsm.ts';

/** Applies nothing before it is released. */
export class HeldFsm extends CountingFsm {
  readonly asked = Promise.withResolvers<void>();
  readonly released = Promise.withResolvers<void>();

  override applyBatch(entries: readonly LogEntry[]): Promise<readonly unknown[]> {
    this.asked.resolve();
    return this.released.promise.then(() => super.applyBatch(entries) as readonly unknown[]);
  }
}
