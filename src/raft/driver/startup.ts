import {type Logger} from '../../runtime/logger.ts';
import {emptyConfiguration} from '../configuration.ts';
import {type SnapshotHead, type SnapshotStore} from '../snapshot/snapshot-store.ts';
import {RaftError} from '../raft-error.ts';
import {type OpenedLog} from '../log/log-store.ts';
import {type Fsm} from './fsm.ts';
import {type RaftNodeOptions} from './raft-node-options.ts';

/** What a server finds on its disk at its start. */
export interface FoundOnDisk {
  readonly log: OpenedLog;
  /** The snapshot that the FSM was restored from. */
  readonly snapshot: SnapshotHead;
}

/**
 * Opens the log and restores the FSM.
 * @throws RaftError 'corrupt' when what is there does not make up a state; 'broken' when it cannot be opened. The log is closed then
 */
export async function readDisk({snapshotStore, logStore, fsm, logger}: Pick<RaftNodeOptions, 'snapshotStore' | 'logStore' | 'fsm' | 'logger'>): Promise<FoundOnDisk> {
  await snapshotStore.open();
  const log = await logStore.open();
  try {
    const snapshot = await restoreNewest(snapshotStore, fsm, logger);
    refuseGap(log, snapshot);
    return {log, snapshot};
  } catch (error) {
    await logStore.close();
    throw error;
  }
}

function refuseGap({firstIndex, lastIndex}: OpenedLog, {index}: SnapshotHead): void {
  if (lastIndex <= index || firstIndex <= index + 1) return;
  const newest = index === 0 ? 'there is no snapshot that can be used' : `the newest snapshot that can be used ends at entry ${index}`;
  throw new RaftError(
    'corrupt',
    `the raft log begins at entry ${firstIndex}, but ${newest}: what lies between is missing (see the errors above). If the other servers ` +
      'of the cluster are healthy, move the raft folder away and start again: it will be filled from the leader. Otherwise bring back a ' +
      'backup of the folder, or start empty and restore a snapshot.',
  );
}

/** Restores the FSM from the newest snapshot that can be read; index 0 when there is none. Damaged ones are reported. */
export async function restoreNewest(store: SnapshotStore, fsm: Fsm, logger: Logger): Promise<SnapshotHead> {
  const {snapshots, damaged} = await store.list();
  for (const {id, why} of damaged) logger.error('snapshot is damaged and not used', {id, error: why});
  for (const meta of snapshots) {
    try {
      await fsm.restore(store.read(meta));
      logger.info('restored from snapshot', {id: meta.id, 'last-index': meta.index, 'last-term': meta.term});
      return meta;
    } catch (error) {
      logger.error('failed to restore snapshot', {id: meta.id, error: error instanceof Error ? error.message : String(error)});
    }
  }
  if (snapshots.length + damaged.length > 0) {
    throw new RaftError('corrupt', 'none of the raft snapshots can be restored; see the errors above. Bring back a backup of the raft folder, or move it away to start empty');
  }
  return {index: 0, term: 0, configuration: emptyConfiguration, configurationIndex: 0};
}
