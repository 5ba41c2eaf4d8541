import {checkConfiguration, type Configuration} from '../configuration.ts';
import {type LogStore} from '../log/log-store.ts';
import {logType} from '../log-entry.ts';
import {applyBytesMax, applyEntriesMax} from '../limits.ts';
import {RaftError} from '../raft-error.ts';
import {type SnapshotMeta, type SnapshotStore} from '../snapshot/snapshot-store.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Fsm} from './fsm.ts';
import {restoreNewest} from './startup.ts';

export interface RecoverOptions {
  readonly logStore: LogStore;
  readonly snapshotStore: SnapshotStore;
  /** An FSM of its own, thrown away afterwards. */
  readonly fsm: Fsm;
  /** The members from now on (peers.json). */
  readonly configuration: Configuration;
  readonly wallMs: number;
  readonly logger: Logger;
}

/**
 * Recovery after the loss of a quorum (sheet rpc-raft §14, peers.json): everything this server has, committed or not,
 * becomes a snapshot with the given members, and the log is emptied. To be run before `RaftNode.start`.
 * @throws RaftError 'bad-configuration', or 'corrupt' when there is nothing to recover from
 */
export async function recoverCluster(options: RecoverOptions): Promise<SnapshotMeta> {
  const {logStore, snapshotStore, fsm, configuration, wallMs, logger} = options;
  checkConfiguration(configuration);
  await snapshotStore.open();
  const log = await logStore.open();
  try {
    const base = await restoreNewest(snapshotStore, fsm, logger);
    let {index, term} = base;
    if (log.lastIndex > index) ({index, term} = await applyAll(logStore, fsm, index, log.lastIndex));
    if (index === 0) throw new RaftError('corrupt', 'there is neither a raft log nor a snapshot to recover from');
    const writer = await snapshotStore.create({index, term, configuration, configurationIndex: 1}, wallMs);
    const view = fsm.snapshot();
    try {
      for await (const chunk of view.write()) await writer.write(chunk);
      const meta = await writer.commit();
      await logStore.write({resetTo: index + 1, entries: []});
      return meta;
    } finally {
      view.release();
    }
  } finally {
    await logStore.close();
  }
}

async function applyAll(logStore: LogStore, fsm: Fsm, from: number, to: number): Promise<{index: number; term: number}> {
  let index = from;
  let term = 0;
  while (index < to) {
    const entries = await logStore.read(index + 1, Math.min(to, index + applyEntriesMax), applyBytesMax);
    const last = entries.at(-1);
    if (entries[0]?.index !== index + 1 || last === undefined) {
      throw new RaftError('corrupt', `the raft log does not go on from the newest snapshot: entry ${index + 1} is missing`);
    }
    const commands = entries.filter((entry) => entry.type === logType.command);
    if (commands.length > 0) await fsm.applyBatch(commands);
    ({index, term} = last);
  }
  return {index, term};
}
