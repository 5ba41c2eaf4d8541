import {type GoTime} from '../schema/go-time.ts';

/**
 * Numbers over Go values, as the library `hashstructure` makes them in its first format: FNV-1 of 64 bits; of lists in
 * order, of maps and structs in any. Consul puts such a number into each configuration entry.
 */
export type Hasher<T> = (value: T) => bigint;

const offsetBasis = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;
const mask = 0xffff_ffff_ffff_ffffn;

export const hashString: Hasher<string> = (value) => fnv1(Buffer.from(value, 'utf8'));
export const hashBool: Hasher<boolean> = (value) => fnv1(Uint8Array.of(value ? 1 : 0));
export const hashInt: Hasher<number> = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return fnv1(bytes);
};

/** A time has no fields that the library can see. */
export const hashTime: Hasher<GoTime> = () => hashString('Time');

/** A nil pointer is the integer 0. */
export function hashPointer<T>(hash: Hasher<T>): Hasher<T | null> {
  return (value) => (value === null ? hashInt(0) : hash(value));
}

/** A list: its elements in order; nil is as empty. */
export function hashList<T>(hash: Hasher<T>): Hasher<readonly T[] | null> {
  return (values) => (values ?? []).reduce((sum, value) => ordered(sum, hash(value)), 0n);
}

/** A map: its pairs in any order; nil is as empty. */
export function hashMap<T>(hash: Hasher<T>): Hasher<ReadonlyMap<string, T> | null> {
  return (values) => [...(values ?? [])].reduce((sum, [key, value]) => sum ^ ordered(hashString(key), hash(value)), 0n);
}

type FieldHashers<T> = {readonly [K in keyof T]?: Hasher<T[K]>};

/** @param fields those that count; `isNamed`: the struct embeds the names of namespaces, of which there are none here */
export function hashStruct<T extends object>(name: string, fields: FieldHashers<T>, isNamed = false): Hasher<T> {
  const hashers = Object.entries(fields) as [keyof T & string, Hasher<unknown>][];
  const constant = hashString(name) ^ (isNamed ? ordered(hashString('EnterpriseMeta'), hashString('EnterpriseMeta')) : 0n);
  const names = new Map(hashers.map(([field]) => [field, hashString(field)]));
  return (value) => hashers.reduce((sum, [field, hash]) => sum ^ ordered(names.get(field) ?? 0n, hash(value[field])), constant);
}

function ordered(a: bigint, b: bigint): bigint {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(a);
  bytes.writeBigUInt64LE(b, 8);
  return fnv1(bytes);
}

function fnv1(bytes: Uint8Array): bigint {
  let hash = offsetBasis;
  for (const byte of bytes) hash = ((hash * prime) & mask) ^ BigInt(byte);
  return hash;
}
