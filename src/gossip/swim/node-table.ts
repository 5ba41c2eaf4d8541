import {type Random} from '../../runtime/random.ts';
import {isGone, type SwimNode} from './node-state.ts';

/**
 * The nodes a member knows, and the order in which it probes them: a list walked round and shuffled at each wrap
 * (SWIM §4.3), so that a failed node is probed by each member within two rounds.
 */
export class NodeTable {
  readonly #byName = new Map<string, SwimNode>();
  readonly #order: SwimNode[] = [];
  #next = 0;

  /** Known nodes, with self and with dead and left ones not yet forgotten. */
  get size(): number {
    return this.#order.length;
  }

  get(name: string): SwimNode | undefined {
    return this.#byName.get(name);
  }

  /** All nodes in list order. */
  all(): readonly SwimNode[] {
    return this.#order;
  }

  /** Adds a node at a random place of the list, so that members which learn it together do not probe it together. */
  add(node: SwimNode, random: Random): void {
    this.#byName.set(node.name, node);
    const at = random.below(this.#order.length + 1);
    const moved = this.#order[at];
    if (moved === undefined) {
      this.#order.push(node);
    } else {
      this.#order[at] = node;
      this.#order.push(moved);
    }
  }

  /**
   * The next node to probe; undefined when this round finds none [gossip.md §7.2].
   * @param selfName is never probed
   * @param goneSinceMs nodes gone since before this moment are forgotten when the list wraps
   */
  nextToProbe(selfName: string, goneSinceMs: number, random: Random): SwimNode | undefined {
    for (let checked = 0; checked < this.#order.length; checked++) {
      if (this.#next >= this.#order.length) {
        this.#forget(goneSinceMs);
        this.#shuffle(random);
        this.#next = 0;
        continue;
      }
      const node = this.#order[this.#next++];
      if (node !== undefined && node.name !== selfName && !isGone(node)) return node;
    }
    return undefined;
  }

  /** Up to `count` different nodes that `fits`, by at most 3n random tries. */
  pickRandom(count: number, random: Random, fits: (node: SwimNode) => boolean): SwimNode[] {
    const picked: SwimNode[] = [];
    const total = this.#order.length;
    for (let tries = 0; tries < 3 * total && picked.length < count; tries++) {
      const node = this.#order[random.below(total)];
      if (node !== undefined && !picked.includes(node) && fits(node)) picked.push(node);
    }
    return picked;
  }

  #forget(goneSinceMs: number): void {
    let kept = 0;
    for (const node of this.#order) {
      if (isGone(node) && node.stateChangedAtMs < goneSinceMs) this.#byName.delete(node.name);
      else this.#order[kept++] = node;
    }
    this.#order.length = kept;
  }

  #shuffle(random: Random): void {
    for (let i = this.#order.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      const a = this.#order[i];
      const b = this.#order[j];
      if (a === undefined || b === undefined) continue;
      this.#order[i] = b;
      this.#order[j] = a;
    }
  }
}
