import {type QuerySource} from '../schema/rpc-common.ts';

/** Sorts by round-trip time from a node: `?near=` (http-core.md §2). */
export interface NearSorter {
  /** A sorted copy, in later turns where there is much to sort; as it was when no node is named, or nothing is known of it. */
  sort<T>(source: QuerySource, items: readonly T[], nodeOf: (item: T) => string): readonly T[] | Promise<readonly T[]>;
}
