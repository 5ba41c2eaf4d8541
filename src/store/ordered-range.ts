import {childPosition, lowerBound} from './ordered-search.ts';

/** A node at the foot of the tree: rows in the order of their keys. `edit` names the handle that may change it in place. */
export interface Leaf<V> {
  readonly edit: object;
  readonly leaf: true;
  readonly keys: string[];
  readonly values: V[];
  size: number;
}

/** An inner node. `keys[i]` is not above any key in `children[i]`, and above all in the child before; `keys[0]` is not looked at. */
export interface Branch<V> {
  readonly edit: object;
  readonly leaf: false;
  readonly keys: string[];
  readonly children: TreeNode<V>[];
  size: number;
}

export type TreeNode<V> = Leaf<V> | Branch<V>;

/** `from` is the first key that belongs, `below` the first that no longer does; absent: open. */
export interface RangeBounds {
  readonly from?: string | undefined;
  readonly below?: string | undefined;
  /** Walk from the highest key down. */
  readonly reverse?: boolean | undefined;
}

/**
 * The values of an unchanging tree between two bounds, once. It may be paused for as long as one likes between two
 * values (a long walk gives the event loop its turn by just stopping); it holds the tree it walks.
 */
export class OrderedRange<V> implements IterableIterator<V> {
  readonly #bounds: RangeBounds;
  /** Inner nodes on the way down to the leaf, and the child taken in each. */
  readonly #path: Branch<V>[] = [];
  readonly #taken: number[] = [];
  #leaf: Leaf<V> | undefined;
  /** The next position in the leaf, and the first that is not to be taken. */
  #at = 0;
  #end = 0;
  /** Key of the value that `next` gave last. */
  key = '';

  constructor(root: TreeNode<V>, bounds: RangeBounds) {
    this.#bounds = bounds;
    const start = bounds.reverse === true ? bounds.below : bounds.from;
    this.#descend(root, start);
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<V, undefined> {
    while (this.#at === this.#end) {
      if (this.#leaf === undefined) return {done: true, value: undefined};
      this.#advance();
    }
    const leaf = this.#leaf as Leaf<V>;
    const at = this.#at;
    this.#at += this.#bounds.reverse === true ? -1 : 1;
    this.key = leaf.keys[at] as string;
    return {done: false, value: leaf.values[at] as V};
  }

  /** All values that are left, at most `max`. */
  toArray(max = Infinity): V[] {
    const values: V[] = [];
    while (values.length < max) {
      const step = this.next();
      if (step.done === true) break;
      values.push(step.value);
    }
    return values;
  }

  /** Down to the leaf where `start` is or would be; without `start`, to the first leaf (reverse: the last). */
  #descend(root: TreeNode<V>, start: string | undefined): void {
    let node = root;
    while (!node.leaf) {
      const last = node.children.length - 1;
      const at = start !== undefined ? childPosition(node.keys, start) : this.#bounds.reverse === true ? last : 0;
      this.#path.push(node);
      this.#taken.push(at);
      node = node.children[at] as TreeNode<V>;
    }
    this.#enter(node);
  }

  /** Takes up a leaf, and cuts it at the bounds. */
  #enter(leaf: Leaf<V>): void {
    const {from, below, reverse} = this.#bounds;
    const keys = leaf.keys;
    const first = keys[0];
    const last = keys[keys.length - 1];
    const low = from === undefined || first === undefined || first >= from ? 0 : lowerBound(keys, from);
    const high = below === undefined || last === undefined || last < below ? keys.length : lowerBound(keys, below);
    this.#leaf = leaf;
    if (low >= high) this.#at = this.#end = 0;
    else if (reverse === true) [this.#at, this.#end] = [high - 1, low - 1];
    else [this.#at, this.#end] = [low, high];
  }

  /** Goes to the neighbouring leaf, or ends: past the tree, or where the leaf just done already reached the far bound. */
  #advance(): void {
    const step = this.#bounds.reverse === true ? -1 : 1;
    if (this.#reachedBound()) return this.#finish();
    let depth = this.#path.length - 1;
    while (depth >= 0) {
      const branch = this.#path[depth] as Branch<V>;
      const at = (this.#taken[depth] as number) + step;
      if (at >= 0 && at < branch.children.length) {
        this.#taken[depth] = at;
        this.#path.length = this.#taken.length = depth + 1;
        return this.#descendEdge(branch.children[at] as TreeNode<V>);
      }
      depth--;
    }
    this.#finish();
  }

  #descendEdge(top: TreeNode<V>): void {
    let node = top;
    while (!node.leaf) {
      const at = this.#bounds.reverse === true ? node.children.length - 1 : 0;
      this.#path.push(node);
      this.#taken.push(at);
      node = node.children[at] as TreeNode<V>;
    }
    this.#enter(node);
  }

  #reachedBound(): boolean {
    const {from, below, reverse} = this.#bounds;
    const keys = (this.#leaf as Leaf<V>).keys;
    if (reverse === true) return from !== undefined && keys[0] !== undefined && keys[0] < from;
    const last = keys[keys.length - 1];
    return below !== undefined && last !== undefined && last >= below;
  }

  #finish(): void {
    this.#leaf = undefined;
    this.#at = this.#end = 0;
    this.#path.length = this.#taken.length = 0;
  }
}
