/** Where a server's Raft keeps what it has, in the folder "raft" of the data directory. */
export const raftLogFolder = 'log';
export const raftSnapshotFolder = 'snapshots';

/** Where a real Consul has its log there (rpc-raft.md §18): one or the other. */
export const boltFile = 'raft.db';
export const walFolder = 'wal';
