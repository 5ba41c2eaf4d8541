import fc from 'fast-check';
import {expect, it} from 'vitest';
import {struct} from '../../src/schema/struct.ts';
import {type Type} from '../../src/schema/type.ts';
import {byteStr, int, list, map, nullable, str} from '../../src/schema/types.ts';
import {type Sliced} from '../../src/runtime/slices.ts';
import {MsgpackReader} from '../../src/wire/msgpack-reader.ts';
import {MsgpackWriter} from '../../src/wire/msgpack-writer.ts';

const Leaf = struct('Leaf', {Name: str, Hidden: str.json(false), Offline: int.wire(false), Tags: list(str).omitEmpty()});
const Branch = struct('Branch', {Zone: str.json('zone'), Leaves: list(Leaf), ByName: map(nullable(Leaf)), Key: byteStr});
const Tree = nullable(struct('Tree', {Branches: list(Branch), Root: nullable(Branch)}));

const text = fc.constantFrom('', 'a', '"', '[]', '{}', '<é>', 'long '.repeat(9));
const leaf = fc.record({Name: text, Hidden: fc.constant(''), Offline: fc.constant(0), Tags: fc.option(fc.array(text, {maxLength: 3}))});
/** Few different elements, but many of them: quick to make and to shrink. */
const times = fc.constantFrom(1, 150);
const branch = fc.record({
  Zone: text,
  Leaves: fc.option(fc.tuple(fc.array(leaf, {maxLength: 2}), times).map(([some, count]) => Array.from({length: count}, () => some).flat())),
  ByName: fc.option(fc.tuple(fc.array(leaf, {maxLength: 2}), times).map(([some, count]) => new Map(Array.from({length: count}, (_, i) => [`k${i}`, some[i % 3] ?? null])))),
  Key: fc.constantFrom('', 'k\xff'),
});
const tree = fc.option(fc.record({Branches: fc.option(fc.array(branch, {maxLength: 2})), Root: fc.option(branch)}));

/** What the parts come to when each is taken out of the writer as it is finished. */
function msgpackOfParts<T>(type: Type<T>, value: T): {bytes: Buffer; parts: number} {
  const writer = new MsgpackWriter();
  const out: Buffer[] = [];
  const work = type.long?.writeParts(writer, value) ?? [];
  for (const _ of work) {
    out.push(writer.toBuffer());
    writer.reset();
  }
  return {bytes: Buffer.concat([...out, writer.toBuffer()]), parts: out.length + 1};
}

function readInParts<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

it('parts together are what is written in one go, and are read back alike', () => {
  fc.assert(fc.property(tree, fc.boolean(), (value, pretty) => {
    expect([...Tree.jsonParts(value, {pretty})].join('')).toBe(Tree.toJson(value, {pretty}));
    const {bytes} = msgpackOfParts(Tree, value);
    const writer = new MsgpackWriter();
    Tree.writeMsgpack(writer, value);
    expect(bytes.toString('latin1')).toBe(writer.toBuffer().toString('latin1'));
    const inParts = Tree.long?.readParts(new MsgpackReader(bytes));
    expect(inParts && readInParts(inParts)).toEqual(Tree.fromMsgpack(bytes));
  }), {numRuns: 100, endOnFailure: true});
});

it('a long value comes in many parts, a short one in one', () => {
  const leaves = list(Leaf);
  const value = Array.from({length: 20_000}, (_, i) => Leaf.make({Name: `leaf number ${i}`}));
  expect([...leaves.jsonParts(value)].length).toBeGreaterThan(20);
  expect(Math.max(...[...leaves.jsonParts(value)].map((part) => part.length))).toBeLessThan(40_000);
  expect(msgpackOfParts(leaves, value).parts).toBeGreaterThan(10);
  expect([...leaves.jsonParts(value.slice(0, 5))]).toHaveLength(1);
  expect([...leaves.jsonParts([])]).toEqual(['[]']);
});

it('unknown fields are passed over and missing ones are zero when a struct is read in parts', () => {
  const New = struct('New', {Added: list(int), Leaves: list(Leaf)});
  const Old = struct('Old', {Gone: str, Leaves: list(Leaf)});
  const work = Old.long?.readParts(new MsgpackReader(New.toMsgpack({Added: [1, 2], Leaves: [Leaf.make({Name: 'x'})]})));
  expect(work && readInParts(work)).toEqual({Gone: '', Leaves: [Leaf.make({Name: 'x'})]});
});
