import {type Match} from './expression.ts';
import {demandLast, type Field, invalidOperator, invalidSelector, ofNothing, type Test} from './field.ts';
import {type ScalarField} from './scalar-fields.ts';

/** Fields of a record by the names that expressions use. What is left out cannot be asked about. */
export type FieldsOf<T> = {readonly [K in keyof T]?: Field<T[K]>};

/** A Go struct: only its members can be tested. */
export function record<T extends object>(fields: FieldsOf<T>): Field<T> {
  const known = new Map(Object.entries(fields) as [string & keyof T, Field<T[keyof T]> | undefined][]);
  return {
    compile(match, at, compilation) {
      const name = match.selector[at];
      if (name === undefined) throw invalidOperator(match);
      const field = known.get(name as string & keyof T);
      if (field === undefined) throw invalidSelector(match.selector, at);
      const test = field.compile(match, at + 1, compilation);
      return (value) => test(value[name as keyof T]);
    },
  };
}

/** A Go pointer. Consul drops the connection where it is nil; here nothing is there, as under a missing key of a map. */
export function pointer<T>(field: Field<T>): Field<T | null> {
  return {
    compile(match, at, compilation) {
      const test = field.compile(match, at, compilation);
      const otherwise = ofNothing(match);
      return (value) => (value === null ? otherwise : test(value));
    },
  };
}

/** Something that is made from what a record holds. */
export function derived<T, V>(make: (value: T) => V, field: Field<V>): Field<T> {
  return {
    compile(match, at, compilation) {
      const test = field.compile(match, at, compilation);
      return (value) => test(make(value));
    },
  };
}

/** A Go map: keys can be asked for, and what is under them. */
export function mapOf<T>(field: Field<T>): Field<ReadonlyMap<string, T> | null> {
  return {
    compile(match, at, compilation) {
      const key = match.selector[at];
      if (key === undefined) return keysTest(match);
      const test = field.compile(match, at + 1, compilation);
      const otherwise = ofNothing(match);
      return (map) => {
        const value = map?.get(key);
        return value === undefined ? otherwise : test(value);
      };
    },
  };
}

function keysTest(match: Match): Test<ReadonlyMap<string, unknown> | null> {
  const key = match.value ?? '';
  if (match.operator === 'In') return (map) => map?.has(key) === true;
  if (match.operator === 'Not In') return (map) => map?.has(key) !== true;
  return sizeTest(match, (map) => map.size);
}

function sizeTest<T>(match: Match, sizeOf: (value: T) => number): Test<T | null> {
  if (match.operator === 'Is Empty') return (value) => value === null || sizeOf(value) === 0;
  if (match.operator === 'Is Not Empty') return (value) => value !== null && sizeOf(value) > 0;
  throw invalidOperator(match);
}

/** A Go slice of plain values: its elements can be asked for. */
export function listOf<T>(element: ScalarField<T>): Field<readonly T[] | null> {
  return {
    compile(match, at) {
      demandLast(match, at);
      if (match.operator !== 'In' && match.operator !== 'Not In') return sizeTest(match, (list) => list.length);
      const wanted = element.read(match);
      const has: Test<readonly T[] | null> = (list) => list?.includes(wanted) === true;
      return match.operator === 'In' ? has : (list) => !has(list);
    },
  };
}

/** A Go slice of structs: a test of a member holds where it holds for any element. */
export function listOfRecords<T>(element: Field<T>): Field<readonly T[] | null> {
  return {
    compile(match, at, compilation) {
      if (at === match.selector.length) return sizeTest(match, (list) => list.length);
      const test = element.compile(match, at, compilation);
      return (list) => list?.some(test) === true;
    },
  };
}
