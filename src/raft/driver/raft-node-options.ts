import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Random} from '../../runtime/random.ts';
import {type LogStore} from '../log/log-store.ts';
import {type RaftConfig} from '../raft-config.ts';
import {type SnapshotStore} from '../snapshot/snapshot-store.ts';
import {type Fsm} from './fsm.ts';
import {type RaftTransport} from './raft-transport.ts';

/** What a server's Raft is made of. */
export interface RaftNodeOptions {
  readonly id: string;
  /** ip:port other servers reach this one at. */
  readonly address: string;
  readonly logStore: LogStore;
  readonly snapshotStore: SnapshotStore;
  readonly fsm: Fsm;
  readonly transport: RaftTransport;
  readonly clock: Clock;
  readonly random: Random;
  readonly config: RaftConfig;
  readonly logger: Logger;
  /** This server was one before. If its disk is empty now, it votes for nobody until a leader has brought it up to date. */
  readonly wasMember: boolean;
}
