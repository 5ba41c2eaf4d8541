import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ConsulError} from '../consul-error.ts';
import {snapshotMetaBytesMax} from '../raft/limits.ts';
import {boltFile, raftLogFolder, raftSnapshotFolder, walFolder} from './raft-folders.ts';

/**
 * Refuses to start a server on the Raft state of a real Consul. This program reads neither its log (BoltDB, or a WAL) nor
 * the snapshots beside it, and to start empty would be to forget what the server has promised to the others.
 * Touches nothing. @throws ConsulError that says what to do
 */
export function refuseForeignRaft(dataDir: string): void {
  const found = foreignRaft(join(dataDir, 'raft'));
  if (found.length === 0) return;
  const raft = join(dataDir, 'raft');
  const both = existsSync(join(raft, raftLogFolder)) ? [`There is a log of this program too, in raft/${raftLogFolder}: what Consul did here since is not in it.`] : [];
  throw new ConsulError(
    [
      `data_dir "${dataDir}" holds the Raft state of a real Consul server (${found.map((name) => `raft/${name}`).join(', ')}), which this program cannot read. It does not start; nothing was changed.`,
      ...both,
      '    If other servers hold the data: start Consul here again, "consul leave", remove the folder',
      `        ${raft}`,
      '        and start this program: it joins, and the leader brings it up to date.',
      '    If this is the only server: start Consul here again, "consul snapshot save state.snap", stop it, remove that folder,',
      '        start this program, "consul snapshot restore state.snap".',
      '    All else in the data_dir stays and is taken over. The whole way: docs/operations/moving-over.md',
    ].join('\n'),
  );
}

/** What of a real Consul's Raft is in this folder: names within it. */
export function foreignRaft(raftDir: string): readonly string[] {
  const found: string[] = [];
  const bolt = statSync(join(raftDir, boltFile), {throwIfNoEntry: false});
  if (bolt !== undefined && !bolt.isDirectory()) found.push(boltFile);
  if (namesIn(join(raftDir, walFolder)).length > 0) found.push(walFolder);
  const snapshots = join(raftDir, raftSnapshotFolder);
  if (namesIn(snapshots).some((name) => isConsuls(join(snapshots, name, 'meta.json')))) found.push(raftSnapshotFolder);
  return found;
}

/**
 * Makes the folder ours, so that a real Consul which is started on it stops too: it opens `raft.db` before anything else,
 * whatever log it is configured for, and says that it is a folder. Otherwise it would begin an empty state beside our log
 * as long as there is no snapshot.
 */
export function claimRaftFolder(raftDir: string): void {
  const folder = join(raftDir, boltFile);
  mkdirSync(folder, {recursive: true, mode: 0o700});
  const readme = join(folder, 'README');
  if (!existsSync(readme)) writeFileSync(readme, claim, {mode: 0o600});
}

/** Consul's own files say `CRC`, in base64; ours say `CRC32`. */
function isConsuls(metaFile: string): boolean {
  const size = statSync(metaFile, {throwIfNoEntry: false})?.size ?? Infinity;
  if (size > snapshotMetaBytesMax) return false;
  return /"CRC"\s*:\s*"/.test(readFileSync(metaFile, 'utf8'));
}

function namesIn(folder: string): readonly string[] {
  return statSync(folder, {throwIfNoEntry: false})?.isDirectory() === true ? readdirSync(folder) : [];
}

const claim = `The Raft log of this server was written by Proconsul: it is in the folder "${raftLogFolder}" beside this one, which a
real Consul cannot read. Where Consul has its log, in a file ${boltFile}, stands this folder, so that it does not begin
anew with an empty state.

Back to Consul, if other servers hold the data: start Proconsul here again, "consul leave", remove the whole folder "raft"
of the data directory, and start Consul. If this is the only server: start Proconsul here again, "consul snapshot save
state.snap", stop it, remove the whole folder "raft", start Consul, "consul snapshot restore state.snap".
`;
