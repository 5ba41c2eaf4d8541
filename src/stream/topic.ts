import {type Authorizer} from '../acl/authorizer.ts';
import {type Sliced} from '../runtime/slices.ts';
import {type Query} from '../store/query.ts';
import {type StreamEvent} from './messages.ts';

export interface ListedItems<Item> {
  readonly items: readonly Item[];
  readonly index: number;
}

/** Something that can be followed as a list of items that come, change and go. */
export interface Topic<Item> {
  readonly name: string;
  /** Whether it has subjects with names of their own, or is followed as a whole, or either way. */
  readonly subjects: 'named' | 'wildcard' | 'both';
  /**
   * The items of a subject (of all, when that is '') that this authorizer may see, and the index of their state. All it
   * looks at is watched, from before its first yield.
   */
  list(query: Query, subject: string, authorizer: Authorizer): Sliced<ListedItems<Item>>;
  /** Equal for two states of one item. */
  keyOf(item: Item): string;
  isSame(a: Item, b: Item): boolean;
  /** What is told of an item that is new or changed. */
  present(item: Item): Partial<StreamEvent>;
  /** What is told of one that is gone. */
  gone(item: Item): Partial<StreamEvent>;
}
