import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {isLinearizable, type Operation} from './linearizability.ts';

const get = (value: string | undefined, invokedMs: number, returnedMs: number): Operation => ({kind: 'get', value, invokedMs, returnedMs});
const set = (value: string, invokedMs: number, returnedMs: number): Operation => ({kind: 'set', value, invokedMs, returnedMs});
const cas = (expected: string | undefined, value: string, swapped: boolean | undefined, invokedMs: number, returnedMs: number): Operation =>
  ({kind: 'cas', expected, value, swapped, invokedMs, returnedMs});

describe('a history', () => {
  it('of one after the other is what it is', () => {
    expect(isLinearizable([])).toBe(true);
    expect(isLinearizable([set('a', 0, 1), get('a', 2, 3), set('b', 4, 5), get('b', 6, 7)])).toBe(true);
    expect(isLinearizable([set('a', 0, 1), set('b', 2, 3), get('a', 4, 5)])).toBe(false);
    expect(isLinearizable([get('a', 0, 1), set('a', 2, 3)])).toBe(false);
  });

  it('may see a concurrent write or not, but never go back', () => {
    const during = [set('a', 0, 1), set('b', 2, 9)];
    expect(isLinearizable([...during, get('a', 3, 4), get('b', 5, 6)])).toBe(true);
    expect(isLinearizable([...during, get('b', 3, 4), get('a', 5, 6)])).toBe(false);
  });

  it('has a swap only where it found what it expected', () => {
    expect(isLinearizable([set('a', 0, 1), cas('a', 'b', true, 2, 3), cas('a', 'c', false, 4, 5), get('b', 6, 7)])).toBe(true);
    expect(isLinearizable([set('a', 0, 1), cas('a', 'b', true, 2, 9), cas('a', 'c', true, 3, 8)])).toBe(false);
    expect(isLinearizable([cas(undefined, 'a', true, 0, 1), cas(undefined, 'b', false, 2, 3), get('a', 4, 5)])).toBe(true);
  });

  it('may hold a write without an answer: late, early, or never', () => {
    const unknown = set('x', 0, Infinity);
    expect(isLinearizable([unknown, set('a', 1, 2), get('a', 3, 4), get('x', 5, 6)])).toBe(true);
    expect(isLinearizable([unknown, set('a', 1, 2), get('a', 3, 4)])).toBe(true);
    expect(isLinearizable([unknown, set('a', 1, 2), get('x', 3, 4), get('a', 5, 6)])).toBe(false);
    expect(isLinearizable([set('a', 0, 1), cas('a', 'b', undefined, 2, Infinity), get('b', 5, 6), get('a', 7, 8)])).toBe(false);
  });
});

interface Planned {
  readonly kind: number;
  readonly early: number;
  readonly late: number;
  readonly known: boolean;
}

const planned = fc.array(fc.record({kind: fc.nat(3), early: fc.nat(40), late: fc.nat(40), known: fc.boolean()}), {maxLength: 60});

/** What clients see of a register whose n-th operation happens at 10·n. */
function observed(plan: readonly Planned[]): Operation[] {
  let value: string | undefined;
  return plan.map(({kind, early, late, known}, n): Operation => {
    const invokedMs = 10 * n - early;
    const returnedMs = known || kind === 0 ? 10 * n + late : Infinity;
    const mine = `v${n}`;
    switch (kind) {
      case 0:
        return get(value, invokedMs, returnedMs);
      case 1:
        value = mine;
        return set(mine, invokedMs, returnedMs);
      case 2:
        value = undefined;
        return {kind: 'delete', value, invokedMs, returnedMs};
      default: {
        const expected = early % 2 === 0 ? value : `v${n - 2}`;
        const swapped = expected === value;
        if (swapped) value = mine;
        return cas(expected, mine, known ? swapped : undefined, invokedMs, returnedMs);
      }
    }
  });
}

it('whatever a register shows to clients that overlap is accepted', () => {
  fc.assert(fc.property(planned, (plan) => isLinearizable(observed(plan))), {numRuns: 300});
});

it('a read of what was surely overwritten before it is refused, wherever it stands', () => {
  fc.assert(fc.property(planned, fc.nat(), (plan, at) => {
    const operations = observed(plan);
    const afterMs = 10 * plan.length + 100;
    // Two writes that nobody overlaps, and a read of the first of them after the second.
    const wrong = [set('old', afterMs, afterMs + 1), set('new', afterMs + 2, afterMs + 3), get('old', afterMs + 4, afterMs + 5)];
    const known = operations.map((operation) => (operation.returnedMs === Infinity ? {...operation, returnedMs: afterMs - 1, swapped: operation.swapped} : operation));
    const all = [...known, ...wrong].toSorted(() => (at % 2 === 0 ? 1 : -1));
    return !isLinearizable(all);
  }), {numRuns: 100});
});
