import {type Logger} from '../../runtime/logger.ts';
import {emptyConfiguration} from '../configuration.ts';
import {type SnapshotHead, type SnapshotStore} from '../snapshot/snapshot-store.ts';
import {RaftError} from '../raft-error.ts';
import {type Fsm} from './fsm.ts';

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
