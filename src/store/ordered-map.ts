import {branchChildrenMax, leafRowsMax} from './limits.ts';
import {OrderedRange, type Branch, type Leaf, type RangeBounds, type TreeNode} from './ordered-range.ts';
import {childPosition, lowerBound} from './ordered-search.ts';

/** Marks the nodes that one handle made since its last clone, and so may change in place. Compared by identity. */
type Edit = object;

/**
 * A map in the order of its keys (JavaScript `<`: bytewise for ByteStrings, UTF-16 code units for text), copied in O(1).
 *
 * It is a B+ tree with copy-on-write: a node belongs to the handle whose `edit` it carries and is changed in place by it;
 * a node of another edit is copied first. `clone` gives both handles new edits, so that from then on neither changes
 * what the other sees. Cost of a write: one path of the tree the first time after a clone, nothing but the leaf later.
 */
export class OrderedMap<V> {
  #root: TreeNode<V>;
  #edit: Edit = {};
  /** Results of the recursive steps beside the node they return; fields, so that a write allocates only nodes. */
  #previous: V | undefined;
  #right: TreeNode<V> | undefined;
  #rightKey = '';

  constructor(root?: TreeNode<V>) {
    this.#root = root ?? {edit: this.#edit, leaf: true, keys: [], values: [], size: 0};
  }

  get size(): number {
    return this.#root.size;
  }

  /** A second handle with the same contents, independent from now on. O(1). */
  clone(): OrderedMap<V> {
    this.#edit = {};
    return new OrderedMap(this.#root);
  }

  get(key: string): V | undefined {
    let node = this.#root;
    while (!node.leaf) node = childAt(node, childPosition(node.keys, key));
    const at = lowerBound(node.keys, key);
    return node.keys[at] === key ? node.values[at] : undefined;
  }

  /** The greatest key that is not above `key`. */
  floorKey(key: string): string | undefined {
    let node = this.#root;
    while (!node.leaf) node = childAt(node, childPosition(node.keys, key));
    const at = lowerBound(node.keys, key);
    if (node.keys[at] === key) return key;
    // No leaf but the very first has a lowest key above a key that leads to it, except where deletes left the separator lower.
    return at > 0 ? node.keys[at - 1] : this.#lastBelow(key);
  }

  #lastBelow(key: string): string | undefined {
    const range = new OrderedRange(this.#root, {below: key, reverse: true});
    return range.next().done === true ? undefined : range.key;
  }

  /** How many keys are below `key`. O(log n). */
  rank(key: string): number {
    let below = 0;
    let node = this.#root;
    while (!node.leaf) {
      const at = childPosition(node.keys, key);
      for (let i = 0; i < at; i++) below += childAt(node, i).size;
      node = childAt(node, at);
    }
    return below + lowerBound(node.keys, key);
  }

  /**
   * The values between bounds, in order. The range walks the contents as they are now: later writes to this handle do
   * not show in it, so that what is found may be deleted on the way.
   */
  range(bounds: RangeBounds = {}): OrderedRange<V> {
    this.#edit = {};
    return new OrderedRange(this.#root, bounds);
  }

  /** @returns the value that was there before */
  set(key: string, value: V): V | undefined {
    this.#previous = undefined;
    const left = this.#put(this.#root, key, value);
    this.#root =
      this.#right === undefined
        ? left
        : {edit: this.#edit, leaf: false, keys: ['', this.#rightKey], children: [left, this.#right], size: left.size + this.#right.size};
    const previous = this.#previous;
    this.#previous = undefined;
    this.#right = undefined;
    return previous;
  }

  /** @returns the value that was there; undefined and no change if there was none */
  delete(key: string): V | undefined {
    const previous = this.get(key);
    if (previous === undefined) return undefined;
    let root = this.#take(this.#root, key);
    while (!root.leaf && root.children.length === 1) root = childAt(root, 0);
    if (root.size === 0) root = {edit: this.#edit, leaf: true, keys: [], values: [], size: 0};
    this.#root = root;
    return previous;
  }

  #put(node: TreeNode<V>, key: string, value: V): TreeNode<V> {
    this.#right = undefined;
    return node.leaf ? this.#putInLeaf(node, key, value) : this.#putInBranch(node, key, value);
  }

  #putInLeaf(leaf: Leaf<V>, key: string, value: V): Leaf<V> {
    const at = lowerBound(leaf.keys, key);
    if (leaf.keys[at] === key) {
      this.#previous = leaf.values[at];
      const own = this.#ownLeaf(leaf);
      own.keys[at] = key;
      own.values[at] = value;
      return own;
    }
    if (leaf.keys.length >= leafRowsMax) return this.#splitLeaf(leaf, at, key, value);
    if (leaf.edit !== this.#edit) {
      return {edit: this.#edit, leaf: true, keys: leaf.keys.toSpliced(at, 0, key), values: leaf.values.toSpliced(at, 0, value), size: leaf.size + 1};
    }
    leaf.keys.splice(at, 0, key);
    leaf.values.splice(at, 0, value);
    leaf.size++;
    return leaf;
  }

  /** Splits in the middle; after the last row when the new one comes there, so that ascending keys leave full leaves. */
  #splitLeaf(leaf: Leaf<V>, at: number, key: string, value: V): Leaf<V> {
    const middle = at === leaf.keys.length ? at : leaf.keys.length >>> 1;
    const left = this.#leafOf(leaf.keys.slice(0, middle), leaf.values.slice(0, middle));
    const right = this.#leafOf(leaf.keys.slice(middle), leaf.values.slice(middle));
    const [target, position] = at < middle ? [left, at] : [right, at - middle];
    target.keys.splice(position, 0, key);
    target.values.splice(position, 0, value);
    target.size++;
    this.#right = right;
    this.#rightKey = right.keys[0] ?? key;
    return left;
  }

  #putInBranch(branch: Branch<V>, key: string, value: V): Branch<V> {
    const at = childPosition(branch.keys, key);
    const child = this.#put(childAt(branch, at), key, value);
    const right = this.#right;
    const own = this.#ownBranch(branch);
    own.children[at] = child;
    if (this.#previous === undefined) own.size++;
    if (right === undefined) return own;
    own.keys.splice(at + 1, 0, this.#rightKey);
    own.children.splice(at + 1, 0, right);
    this.#right = undefined;
    return own.children.length > branchChildrenMax ? this.#splitBranch(own, at + 2 === own.children.length) : own;
  }

  #splitBranch(branch: Branch<V>, appended: boolean): Branch<V> {
    const middle = appended ? branch.children.length - 1 : branch.children.length >>> 1;
    const right = this.#branchOf(branch.keys.slice(middle), branch.children.slice(middle));
    this.#right = right;
    this.#rightKey = right.keys[0] ?? '';
    return this.#branchOf(branch.keys.slice(0, middle), branch.children.slice(0, middle));
  }

  #take(node: TreeNode<V>, key: string): TreeNode<V> {
    if (node.leaf) {
      const own = this.#ownLeaf(node);
      const at = lowerBound(own.keys, key);
      own.keys.splice(at, 1);
      own.values.splice(at, 1);
      own.size--;
      return own;
    }
    const at = childPosition(node.keys, key);
    const child = this.#take(childAt(node, at), key);
    const own = this.#ownBranch(node);
    own.children[at] = child;
    own.size--;
    if (child.size === 0) removeChild(own, at);
    else if (isThin(child)) this.#mergeThin(own, at);
    return own;
  }

  /** Joins a thin child with a neighbour, if what results has room left; so nodes neither thin out nor split again at once. */
  #mergeThin(branch: Branch<V>, at: number): void {
    const first = at + 1 < branch.children.length ? at : at - 1;
    if (first < 0) return;
    const left = childAt(branch, first);
    const right = childAt(branch, first + 1);
    const merged = this.#merged(left, right, branch.keys[first + 1] ?? '');
    if (merged === undefined) return;
    branch.children[first] = merged;
    removeChild(branch, first + 1);
  }

  #merged(left: TreeNode<V>, right: TreeNode<V>, rightKey: string): TreeNode<V> | undefined {
    if (left.leaf && right.leaf) {
      if (left.size + right.size > leafRowsMax * 0.75) return undefined;
      return this.#leafOf(left.keys.concat(right.keys), left.values.concat(right.values));
    }
    if (left.leaf || right.leaf || left.children.length + right.children.length > branchChildrenMax * 0.75) return undefined;
    const keys = left.keys.concat(right.keys);
    keys[left.keys.length] = rightKey;
    return this.#branchOf(keys, left.children.concat(right.children));
  }

  #ownLeaf(leaf: Leaf<V>): Leaf<V> {
    return leaf.edit === this.#edit ? leaf : this.#leafOf(leaf.keys.slice(), leaf.values.slice());
  }

  #ownBranch(branch: Branch<V>): Branch<V> {
    if (branch.edit === this.#edit) return branch;
    return {edit: this.#edit, leaf: false, keys: branch.keys.slice(), children: branch.children.slice(), size: branch.size};
  }

  #leafOf(keys: string[], values: V[]): Leaf<V> {
    return {edit: this.#edit, leaf: true, keys, values, size: keys.length};
  }

  #branchOf(keys: string[], children: TreeNode<V>[]): Branch<V> {
    let size = 0;
    for (const child of children) size += child.size;
    return {edit: this.#edit, leaf: false, keys, children, size};
  }
}

function childAt<V>(branch: Branch<V>, at: number): TreeNode<V> {
  const child = branch.children[at];
  if (child === undefined) throw new Error(`ordered map: no child ${at} of ${branch.children.length}`);
  return child;
}

function removeChild<V>(branch: Branch<V>, at: number): void {
  branch.keys.splice(at, 1);
  branch.children.splice(at, 1);
}

function isThin<V>(node: TreeNode<V>): boolean {
  return node.leaf ? node.size < leafRowsMax / 4 : node.children.length < branchChildrenMax / 4;
}
