import {join} from 'node:path';
import {ESLint} from 'eslint';
import {expect, test} from 'vitest';

const root = join(import.meta.dirname, '../..');
const eslint = new ESLint({cwd: root});
const rule = 'project/no-idle-generators';

/** Lines that the rule names, of a module that stands in the place of another. */
async function namedLines(body: string): Promise<readonly number[]> {
  const [result] = await eslint.lintText(`${prelude}${body}`, {filePath: join(root, 'src/runtime/slices.ts')});
  return (result?.messages ?? []).filter(({ruleId}) => ruleId === rule).map(({line}) => line - preludeLines);
}

const prelude = `
type Sliced<T> = Generator<void, T, void>;
function* remove(): Sliced<number> { yield; return 1; }
function mayRemove(): number | Sliced<number> { return remove(); }
function each(visit: (one: string) => void): void { visit('a'); }
function drive<T>(work: () => Sliced<T>): void { for (const _ of work()); }
`;
const preludeLines = prelude.split('\n').length - 1;

test('a generator that nobody runs is named by the linter', async () => {
  const lines = await namedLines(`export function* cascade(): Sliced<void> {
  remove();
  mayRemove();
  void remove();
  each(() => remove());
  each(function* () { yield; });
  each(remove);
}
`);
  expect(lines).toEqual([2, 3, 4, 5, 6, 7]);
}, 60_000);

test('one that is run, kept or handed on is not', async () => {
  const lines = await namedLines(`export function* cascade(): Sliced<void> {
  yield* remove();
  const removed = yield* remove();
  const work = remove();
  drive(() => remove());
  drive(remove);
  each(() => { work.next(); });
  for (const _ of remove()) each((one) => void one);
  each((one) => void [one, removed]);
}
`);
  expect(lines).toEqual([]);
}, 60_000);
