import {type Random} from '../../runtime/random.ts';
import {struct, type TypeOf} from '../../schema/struct.ts';
import {float64, list} from '../../schema/types.ts';
import {coordinateRttMsMax} from '../limits.ts';

/** A network coordinate: seconds, but Error has no unit [gossip.md §13]. */
export const Coordinate = struct('Coordinate', {Adjustment: float64, Error: float64, Height: float64, Vec: list(float64)});
export type Coordinate = TypeOf<typeof Coordinate>;

const dimensions = 8;
const errorMax = 1.5;
const errorGain = 0.25;
const forceGain = 0.25;
const adjustmentWindow = 20;
const heightMinSeconds = 10e-6;
const latencySamples = 3;
const gravityRho = 150;
const zeroThreshold = 1e-6;

export function newCoordinate(): Coordinate {
  return {Adjustment: 0, Error: errorMax, Height: heightMinSeconds, Vec: new Array<number>(dimensions).fill(0)};
}

function isValid(coordinate: Coordinate): boolean {
  const {Vec, Error, Adjustment, Height} = coordinate;
  return Vec !== null && Vec.length === dimensions && [...Vec, Error, Adjustment, Height].every(Number.isFinite);
}

function difference(a: Coordinate, b: Coordinate): number[] {
  return (a.Vec ?? []).map((value, i) => value - (b.Vec?.[i] ?? 0));
}

function magnitude(vec: readonly number[]): number {
  let sum = 0;
  for (const value of vec) sum += value * value;
  return Math.sqrt(sum);
}

function rawDistanceSeconds(a: Coordinate, b: Coordinate): number {
  return magnitude(difference(a, b)) + a.Height + b.Height;
}

/** Estimated round-trip time between two coordinates, in whole nanoseconds. */
export function distanceNs(a: Coordinate, b: Coordinate): number {
  const raw = rawDistanceSeconds(a, b);
  const adjusted = raw + a.Adjustment + b.Adjustment;
  return Math.trunc((adjusted > 0 ? adjusted : raw) * 1e9);
}

function applyForce(own: Coordinate, force: number, other: Coordinate, random: Random): Coordinate {
  let unit = difference(own, other);
  let size = magnitude(unit);
  if (size > zeroThreshold) {
    unit = unit.map((value) => value * (1 / size));
  } else {
    size = 0;
    unit = randomUnit(random);
  }
  const Vec = (own.Vec ?? []).map((value, i) => value + (unit[i] ?? 0) * force);
  const Height = size > zeroThreshold
    ? Math.max(heightMinSeconds, ((own.Height + other.Height) * force) / size + own.Height)
    : own.Height;
  return {...own, Vec, Height};
}

function randomUnit(random: Random): number[] {
  const vec = Array.from({length: dimensions}, () => random.float() - 0.5);
  const size = magnitude(vec);
  return size > zeroThreshold ? vec.map((value) => value / size) : vec.map((_, i) => (i === 0 ? 1 : 0));
}

/** Learns a member's place from the round trips of its probes (Vivaldi, Dabek 2004, with heights and gravity). */
export class VivaldiClient {
  coordinate: Coordinate = newCoordinate();
  /** How often a spoilt coordinate was started anew. */
  resets = 0;
  readonly #latencies = new Map<string, number[]>();
  readonly #adjustments: number[] = new Array<number>(adjustmentWindow).fill(0);
  #adjustmentAt = 0;

  /**
   * Takes one measurement.
   * @returns null, or why it was not used
   */
  update(node: string, other: Coordinate, rttMs: number, random: Random): string | null {
    if (!isValid(other)) return 'dimensions are not compatible or coordinate is invalid';
    if (!(rttMs >= 0 && rttMs <= coordinateRttMsMax)) return `round trip time not in valid range, duration ${rttMs} ms`;
    const rttSeconds = this.#filter(node, rttMs / 1000);
    this.#pull(other, rttSeconds, random);
    this.#adjust(other, rttSeconds);
    this.#gravitate(random);
    if (!isValid(this.coordinate)) {
      this.coordinate = newCoordinate();
      this.resets++;
    }
    return null;
  }

  forget(node: string): void {
    this.#latencies.delete(node);
  }

  #filter(node: string, rttSeconds: number): number {
    const samples = this.#latencies.get(node) ?? [];
    samples.push(rttSeconds);
    if (samples.length > latencySamples) samples.shift();
    this.#latencies.set(node, samples);
    return samples.toSorted((a, b) => a - b)[samples.length >> 1] ?? rttSeconds;
  }

  #pull(other: Coordinate, measuredSeconds: number, random: Random): void {
    const own = this.coordinate;
    const distance = distanceNs(own, other) / 1e9;
    const rtt = Math.max(measuredSeconds, zeroThreshold);
    const wrongness = Math.abs(distance - rtt) / rtt;
    const total = Math.max(own.Error + other.Error, zeroThreshold);
    const weight = own.Error / total;
    const Error = Math.min(errorMax, errorGain * weight * wrongness + own.Error * (1 - errorGain * weight));
    this.coordinate = applyForce({...own, Error}, forceGain * weight * (rtt - distance), other, random);
  }

  #adjust(other: Coordinate, rttSeconds: number): void {
    this.#adjustments[this.#adjustmentAt] = rttSeconds - rawDistanceSeconds(this.coordinate, other);
    this.#adjustmentAt = (this.#adjustmentAt + 1) % adjustmentWindow;
    let sum = 0;
    for (const value of this.#adjustments) sum += value;
    this.coordinate = {...this.coordinate, Adjustment: sum / (2 * adjustmentWindow)};
  }

  #gravitate(random: Random): void {
    const origin = {...newCoordinate(), Error: 0};
    const seconds = distanceNs(origin, this.coordinate) / 1e9;
    this.coordinate = applyForce(this.coordinate, -1 * (seconds / gravityRho) ** 2, origin, random);
  }
}
