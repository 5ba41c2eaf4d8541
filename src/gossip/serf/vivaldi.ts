import {type Random} from '../../runtime/random.ts';
import {
  type Coordinate,
  coordinateDifference,
  coordinateDistanceNs,
  coordinateDimensions,
  coordinateErrorMax,
  coordinateHeightMinSeconds,
  isValidCoordinate,
  newCoordinate,
  rawDistanceSeconds,
  vectorMagnitude,
} from '../../schema/coordinate.ts';
import {coordinateRttMsMax} from '../limits.ts';

const errorGain = 0.25;
const forceGain = 0.25;
const adjustmentWindow = 20;
const latencySamples = 3;
const gravityRho = 150;
const zeroThreshold = 1e-6;

function applyForce(own: Coordinate, force: number, other: Coordinate, random: Random): Coordinate {
  let unit = coordinateDifference(own, other);
  let size = vectorMagnitude(unit);
  if (size > zeroThreshold) {
    unit = unit.map((value) => value * (1 / size));
  } else {
    size = 0;
    unit = randomUnit(random);
  }
  const Vec = (own.Vec ?? []).map((value, i) => value + (unit[i] ?? 0) * force);
  const Height = size > zeroThreshold
    ? Math.max(coordinateHeightMinSeconds, ((own.Height + other.Height) * force) / size + own.Height)
    : own.Height;
  return {...own, Vec, Height};
}

function randomUnit(random: Random): number[] {
  const vec = Array.from({length: coordinateDimensions}, () => random.float() - 0.5);
  const size = vectorMagnitude(vec);
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
    if (!isValidCoordinate(other)) return 'dimensions are not compatible or coordinate is invalid';
    if (!(rttMs >= 0 && rttMs <= coordinateRttMsMax)) return `round trip time not in valid range, duration ${rttMs} ms`;
    const rttSeconds = this.#filter(node, rttMs / 1000);
    this.#pull(other, rttSeconds, random);
    this.#adjust(other, rttSeconds);
    this.#gravitate(random);
    if (!isValidCoordinate(this.coordinate)) {
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
    const distance = coordinateDistanceNs(own, other) / 1e9;
    const rtt = Math.max(measuredSeconds, zeroThreshold);
    const wrongness = Math.abs(distance - rtt) / rtt;
    const total = Math.max(own.Error + other.Error, zeroThreshold);
    const weight = own.Error / total;
    const Error = Math.min(coordinateErrorMax, errorGain * weight * wrongness + own.Error * (1 - errorGain * weight));
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
    const seconds = coordinateDistanceNs(origin, this.coordinate) / 1e9;
    this.coordinate = applyForce(this.coordinate, -1 * (seconds / gravityRho) ** 2, origin, random);
  }
}
