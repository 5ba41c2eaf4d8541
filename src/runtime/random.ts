import {randomBytes, randomFillSync} from 'node:crypto';

/** Chance, as every room sees it: the system's in the agent, seeded in tests and simulations. */
export interface Random {
  /** Uniform in 0 … 2^32−1. */
  uint32(): number;
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform integer in 0 … n−1. */
  below(n: number): number;
  bytes(count: number): Uint8Array;
}

const two32 = 0x1_0000_0000;

/** A small deterministic generator (sfc32): the same seed gives the same numbers on every machine. */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let c = seed | 0;
  let counter = Math.floor(seed / two32) | 1;
  const uint32 = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) uint32();
  return fromUint32(uint32);
}

const pool = new Uint32Array(256);
let poolUsed = pool.length;

/** The operating system's generator, read 1 KiB at a time. */
export const systemRandom: Random = {
  ...fromUint32(() => {
    if (poolUsed === pool.length) {
      randomFillSync(pool);
      poolUsed = 0;
    }
    return pool[poolUsed++] ?? 0;
  }),
  bytes: (count) => randomBytes(count),
};

function fromUint32(uint32: () => number): Random {
  return {
    uint32,
    float: () => uint32() / two32,
    below: (n) => Math.floor((uint32() / two32) * n),
    bytes: (count) => Uint8Array.from({length: count}, () => uint32() & 0xff),
  };
}
