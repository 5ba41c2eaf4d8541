/** Rows in a leaf of an ordered map. A write after a new view copies one leaf; larger leaves walk faster, smaller ones copy less. */
export const leafRowsMax = 32;

/** Children of an inner node of an ordered map: a million rows are then four levels deep. */
export const branchChildrenMax = 32;

/** Keys of one kind (index names, rows of a table, prefixes of a table) that one query watches singly; past it, it watches the whole. */
export const watchedKeysPerQueryMax = 1024;

/** Below this many keys, a query finds its repeated keys by looking through the list; above, by hashing. */
export const watchedKeysListedMax = 16;

/** Waiters resolved in one turn of the event loop: each is about one HTTP answer, so a turn stays under 10 ms. */
export const wokenWaitersPerTurnMax = 64;

/** Fired watches taken out of the registry in one turn of the event loop, at about a microsecond each. */
export const settledWatchesPerTurnMax = 2048;

/** Kept answers of one process. */
export const keptEntriesMax = 65_536;

/** Bytes of all kept answers with their encodings. */
export const keptBytesMax = 128 * 1024 * 1024;

/** An encoding longer than this is made anew for each caller: it should be streamed, not kept. */
export const keptEncodingBytesMax = 8 * 1024 * 1024;

/** What a kept answer is taken to cost beside its encodings, when its maker says nothing better: entry, watch, result array. */
export const keptEntryBytes = 1024;
