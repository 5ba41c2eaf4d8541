import {readFileSync} from 'node:fs';

export interface Vector {
  readonly id: string;
  readonly layer: string;
  readonly hex: string;
  readonly key_hex?: string;
  readonly decoded: Record<string, unknown>;
}

export interface GossipVectors {
  readonly library: readonly Vector[];
  readonly captures: readonly Vector[];
  readonly numeric: {
    readonly scaling: readonly Record<string, number>[];
    readonly suspicion_remaining: readonly Record<string, number>[];
    readonly vivaldi: VivaldiRun;
  };
}

export interface WireCoordinate {
  readonly Adjustment: number;
  readonly Error: number;
  readonly Height: number;
  readonly Vec: readonly number[];
}

export interface VivaldiRun {
  readonly start: WireCoordinate;
  readonly other: WireCoordinate;
  readonly steps: readonly {readonly after: WireCoordinate; readonly distance_ns: number; readonly rtt_ms: number}[];
}

/** Byte vectors of the reference implementations. */
export function gossipVectors(): GossipVectors {
  return JSON.parse(readFileSync(new URL('../vectors/gossip-vectors.json', import.meta.url), 'utf8')) as GossipVectors;
}
