import {compileGoRegexp} from '../schema/go-regexp.ts';
import {type UserEvent} from './schema.ts';

const eventsKept = 256;
/** Events of `consul exec` are orders to agents, not news for people: none lists them. */
const remoteExecName = '_rexec';

/** The agent's node and services, as filters of events look at them. */
export interface EventTarget {
  readonly nodeName: string;
  services(): readonly {readonly name: string; readonly tags: readonly string[]}[];
}

/** The last user events that were meant for this agent (http-core.md §15). */
export class ReceivedEvents {
  readonly #target: EventTarget;
  readonly #events: UserEvent[] = [];
  readonly #waiters = new Set<() => void>();

  constructor(target: EventTarget) {
    this.#target = target;
  }

  /** The oldest first. */
  list(name: string): readonly UserEvent[] {
    return name === '' ? this.#events : this.#events.filter(({Name}) => Name === name);
  }

  /** Takes an event in, if its filters match. */
  receive(event: UserEvent): void {
    if (event.Name === remoteExecName || !this.#isMeant(event)) return;
    this.#events.push(event);
    if (this.#events.length > eventsKept) this.#events.shift();
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  /** Calls back at the next event. @returns ends the wait */
  onNext(wake: () => void): () => void {
    this.#waiters.add(wake);
    return () => this.#waiters.delete(wake);
  }

  #isMeant({NodeFilter, ServiceFilter, TagFilter}: UserEvent): boolean {
    const matches = (filter: string, text: string): boolean => {
      const compiled = compileGoRegexp(filter);
      return 'test' in compiled && compiled.test(text);
    };
    if (NodeFilter !== '' && !matches(NodeFilter, this.#target.nodeName)) return false;
    if (ServiceFilter === '') return true;
    return this.#target
      .services()
      .some(({name, tags}) => matches(ServiceFilter, name) && (TagFilter === '' || tags.some((tag) => matches(TagFilter, tag))));
  }
}

/** The index of a list that ends with this event: both halves of its id, as one number of 64 bits. */
export function eventIndex(event: UserEvent | undefined): bigint {
  if (event === undefined) return 1n;
  const digits = event.ID.replaceAll('-', '');
  return BigInt(`0x${digits.slice(0, 16)}`) ^ BigInt(`0x${digits.slice(16, 32)}`);
}
