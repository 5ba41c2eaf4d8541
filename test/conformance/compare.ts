/** One place where two transcripts part: `-` lines are the expected answer's, `+` lines the program's own. */
export interface StepDifference {
  readonly step: number;
  readonly request: string;
  readonly lines: readonly string[];
  readonly note?: string;
  /** Why, where the difference is a known one. */
  readonly known?: string;
}

const TOKEN = /<(index|uuid):(\d+)>/g;
const WINDOW = 60;

/**
 * Holds which placeholder of the expected transcript stands for which one of ours. Uuids are paired one to one; indexes
 * one to one and in the same order, so "equal stays equal" and "later stays later" are compared, and one wrong index
 * does not shift all that follow.
 */
export class Pairing {
  readonly #there = {index: new Map<number, number>(), uuid: new Map<number, number>()};
  readonly #back = {index: new Map<number, number>(), uuid: new Map<number, number>()};

  /** True if the two can stand for the same thing; the first meeting decides. */
  fits(kind: 'index' | 'uuid', expected: number, actual: number): boolean {
    const there = this.#there[kind];
    const back = this.#back[kind];
    if (there.has(expected) || back.has(actual)) return there.get(expected) === actual;
    if (kind === 'index' && [...there].some(([e, a]) => (e < expected) !== (a < actual))) return false;
    there.set(expected, actual);
    back.set(actual, expected);
    return true;
  }
}

/** Whether two normalised lines say the same, under the pairing of their placeholders so far. */
export function sameLine(expected: string, actual: string, pairing: Pairing): boolean {
  if (expected.replace(TOKEN, '<$1>') !== actual.replace(TOKEN, '<$1>')) return false;
  const ours = [...actual.matchAll(TOKEN)];
  return [...expected.matchAll(TOKEN)].every(([, kind, digits], i) => pairing.fits(kind === 'uuid' ? 'uuid' : 'index', Number(digits), Number(ours[i]?.[2])));
}

function window(text: string, other: string): string {
  if (text.length <= 2 * WINDOW) return text;
  let at = 0;
  while (at < text.length && text[at] === other[at]) at += 1;
  const from = Math.max(0, at - WINDOW);
  return `${from > 0 ? '…' : ''}${text.slice(from, at + WINDOW)}${at + WINDOW < text.length ? '…' : ''}`;
}

/** Longest common subsequence of two short lists of lines, as pairs of positions. */
function commonLines(expected: readonly string[], actual: readonly string[]): [number, number][] {
  const plain = (line: string): string => line.replace(TOKEN, '<$1>');
  const a = expected.map(plain);
  const b = actual.map(plain);
  const length = Array.from({length: a.length + 1}, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => length[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = length[i];
      if (row !== undefined) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

/** A unified difference of two answers, empty if they say the same. */
export function compareAnswers(expected: readonly string[], actual: readonly string[], pairing: Pairing): string[] {
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  const flush = (toI: number, toJ: number): void => {
    const gone = expected.slice(i, toI);
    const come = actual.slice(j, toJ);
    lines.push(...gone.map((line, k) => `- ${window(line, come[k] ?? '')}`), ...come.map((line, k) => `+ ${window(line, gone[k] ?? '')}`));
  };
  for (const [toI, toJ] of [...commonLines(expected, actual), [expected.length, actual.length] as const]) {
    flush(toI, toJ);
    const left = expected[toI];
    const right = actual[toJ];
    if (left !== undefined && right !== undefined && !sameLine(left, right, pairing)) lines.push(`- ${left}`, `+ ${right}   (another id, or another order of indexes)`);
    i = toI + 1;
    j = toJ + 1;
  }
  return lines;
}
