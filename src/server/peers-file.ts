import {readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {ConsulError} from '../consul-error.ts';
import {checkConfiguration, type Configuration, suffrage} from '../raft/configuration.ts';
import {type Fsm} from '../raft/driver/fsm.ts';
import {recoverCluster} from '../raft/driver/recover-cluster.ts';
import {BatchedLogStore} from '../raft/log/batched-log-store.ts';
import {LevelDisk} from '../raft/log/level-disk.ts';
import {RaftError} from '../raft/raft-error.ts';
import {DirectorySnapshotStore} from '../raft/snapshot/directory-snapshot-store.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {replaceFile} from '../runtime/replace-file.ts';
import {errorCode} from '../runtime/system-error.ts';
import {JsonDecodeError} from '../schema/json-error.ts';
import {struct} from '../schema/struct.ts';
import {bool, list, str} from '../schema/types.ts';
import {raftLogFolder, raftSnapshotFolder} from './raft-folders.ts';

const peersFile = 'peers.json';
const infoFile = 'peers.info';
const infoMode = 0o755;

const Peers = list(struct('configEntry', {id: str, address: str, non_voter: bool}, {goType: 'raft.configEntry'}));

export interface PeersFileOptions {
  /** Where Raft keeps its log and snapshots, and the operator puts the file. */
  readonly raftDir: string;
  readonly ownId: string;
  /** A state machine of its own, thrown away afterwards. */
  readonly fsm: () => Fsm;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Recovery from the loss of a quorum, to be run before Raft starts (rpc-raft.md §14): an operator who has stopped all
 * servers writes into `peers.json` who is to make up the cluster from now on. What this server has becomes a snapshot
 * with these members, and the file is deleted. A file that was there before the first start is not meant for it.
 * @throws ConsulError for a file that is none, or when there is nothing to recover; nothing has changed then
 */
export async function recoverFromPeersFile(options: PeersFileOptions): Promise<void> {
  const {raftDir, logger} = options;
  const path = join(raftDir, peersFile);
  if ((await textOf(join(raftDir, infoFile))) === undefined) {
    // Half a file would let a peers.json pass that was not meant to.
    await replaceFile(join(raftDir, infoFile), peersInfo, {mode: infoMode, synced: true});
    if ((await textOf(path)) === undefined) return;
    await rm(path);
    logger.info('deleted peers.json file (see peers.info for details)');
    return;
  }
  const text = await textOf(path);
  if (text === undefined) return;
  logger.info('found peers.json file, recovering Raft configuration...');
  await recover(options, readPeers(text));
  await rm(path);
  logger.info('deleted peers.json file after successful recovery');
}

/** @throws ConsulError that says what is wrong, and what would be right */
export function readPeers(text: string): Configuration {
  const refuse = (why: string): never => {
    throw new ConsulError(`recovery failed to parse peers.json: ${why}. The file wants a list such as [{"id": "<node id>", "address": "10.1.0.1:8300", "non_voter": false}], the same on all servers (see peers.info)`);
  };
  try {
    const peers = Peers.fromJson(text) ?? [];
    const configuration = {servers: peers.map(({id, address, non_voter: isNonVoter}) => ({id, address, suffrage: isNonVoter ? suffrage.nonvoter : suffrage.voter}))};
    checkConfiguration(configuration);
    return configuration;
  } catch (error) {
    if (error instanceof JsonDecodeError || error instanceof RaftError) return refuse(error.message);
    throw error;
  }
}

async function recover({raftDir, ownId, fsm, clock, logger}: PeersFileOptions, configuration: Configuration): Promise<void> {
  if (!configuration.servers.some(({id}) => id === ownId)) logger.warn('peers.json does not name this server: it will wait to be added by the others', {id: ownId});
  try {
    const {id, index} = await recoverCluster({
      logStore: new BatchedLogStore(new LevelDisk(join(raftDir, raftLogFolder))),
      snapshotStore: new DirectorySnapshotStore(join(raftDir, raftSnapshotFolder)),
      fsm: fsm(),
      configuration,
      wallMs: clock.wallMs(),
      logger,
    });
    logger.info('recovered the cluster', {snapshot: id, 'last-index': index, servers: configuration.servers.map(({address}) => address).join(',')});
  } catch (error) {
    if (error instanceof RaftError) throw new ConsulError(`recovery failed: ${error.message}`);
    throw error;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const peersInfo = `
How to bring a cluster back that has lost most of its servers for good
======================================================================

Servers that are lost for good keep their vote. When they are half of the voters
or more, the others can agree on nothing: "No cluster leader". Then, and only
then, write a file peers.json beside this one.

1. Stop all servers that are left.
2. On each of them put the same file peers.json into the folder "raft" of its
   data directory. It names all servers that are left:

   [
     {
       "id": "adf4238a-882b-9ddc-4a9d-5b6758e4159e",
       "address": "10.1.0.1:8300",
       "non_voter": false
     },
     {
       "id": "8b6dda82-3103-11e7-93ae-92361f002671",
       "address": "10.1.0.2:8300",
       "non_voter": false
     }
   ]

   "id" is the node id of a server: its log shows it at the start, and the file
   "node-id" in its data directory holds it. "address" is where the other servers
   reach it, with the port of RPC. "non_voter" may be left out; a server for which
   it is true follows the log without a vote. At least one server must have one.
   Lists of bare addresses, as very old versions knew them, are not taken.
3. Start the servers. Each makes a snapshot of all that it has, the last entries
   of its log too, even those that were never agreed on, takes the list for the
   members of the cluster, deletes peers.json, and goes on from there.

A file that cannot be read keeps the server from starting, and nothing is changed.
A peers.json that was there before this file was made is deleted unread: at the
first start of a server there is nothing to recover.
`;
