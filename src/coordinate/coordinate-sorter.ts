import {type NearSorter} from '../catalog/near.ts';
import {type Coordinate, coordinateDistanceNs} from '../schema/coordinate.ts';
import {type QuerySource} from '../schema/rpc-common.ts';
import {slicedSort} from '../runtime/sliced-sort.ts';
import {collect, drive, type Sliced} from '../runtime/slices.ts';
import {type Store} from '../store/store.ts';
import {coordinatesOfNode} from './state.ts';

/** Sorts by estimated round-trip time; nodes without a coordinate come last, and equals stay in their order. */
export class CoordinateSorter implements NearSorter {
  readonly #store: Store;
  readonly #datacenter: string;

  constructor(store: Store, datacenter: string) {
    this.#store = store;
    this.#datacenter = datacenter;
  }

  sort<T>(source: QuerySource, items: readonly T[], nodeOf: (item: T) => string): readonly T[] | Promise<readonly T[]> {
    if (source.Datacenter !== this.#datacenter) return items;
    const view = this.#store.view();
    const coordinateOf = (node: string): Coordinate | undefined => coordinatesOfNode(view, node)[0]?.Coord ?? undefined;
    const from = coordinateOf(source.Node);
    if (from === undefined) return items;
    const distanceTo = (item: T): {item: T; ns: number} => {
      const to = coordinateOf(nodeOf(item));
      return {item, ns: to === undefined ? Number.POSITIVE_INFINITY : coordinateDistanceNs(from, to)};
    };
    return drive(sortedByDistance(items, distanceTo));
  }
}

function* sortedByDistance<T>(items: readonly T[], distanceTo: (item: T) => {item: T; ns: number}): Sliced<readonly T[]> {
  const distances = yield* collect(items, distanceTo);
  const sorted = yield* slicedSort(distances, (a, b) => (a.ns === b.ns ? 0 : a.ns - b.ns));
  return yield* collect(sorted, ({item}) => item);
}
