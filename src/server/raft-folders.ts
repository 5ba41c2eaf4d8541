/** Where a server's Raft keeps what it has, in the folder "raft" of the data directory. */
export const raftLogFolder = 'log';
export const raftSnapshotFolder = 'snapshots';
