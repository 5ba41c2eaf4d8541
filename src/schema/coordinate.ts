import {struct, type TypeOf} from './struct.ts';
import {float64, list} from './types.ts';

/**
 * A place in Vivaldi's space of round-trip times: seconds, but Error has no unit (gossip.md §13). Msgpack sorts its fields,
 * JSON shows them in this order.
 */
export const Coordinate = struct('Coordinate', {Vec: list(float64), Error: float64, Adjustment: float64, Height: float64}, {goType: 'coordinate.Coordinate'});
export type Coordinate = TypeOf<typeof Coordinate>;

export const coordinateDimensions = 8;
export const coordinateErrorMax = 1.5;
export const coordinateHeightMinSeconds = 10e-6;

/** Where everybody begins. */
export function newCoordinate(): Coordinate {
  return {Adjustment: 0, Error: coordinateErrorMax, Height: coordinateHeightMinSeconds, Vec: new Array<number>(coordinateDimensions).fill(0)};
}

/** Of eight dimensions, like all others: only then can distances be taken. */
export function isCompatible({Vec}: Coordinate): boolean {
  return Vec !== null && Vec.length === coordinateDimensions;
}

/** Whether it has our dimensions, and finite numbers throughout: what a peer sends may be anything. */
export function isValidCoordinate(coordinate: Coordinate): boolean {
  const {Vec, Error, Adjustment, Height} = coordinate;
  return isCompatible(coordinate) && [...(Vec ?? []), Error, Adjustment, Height].every(Number.isFinite);
}

/** From b to a. */
export function coordinateDifference(a: Coordinate, b: Coordinate): number[] {
  return (a.Vec ?? []).map((value, i) => value - (b.Vec?.[i] ?? 0));
}

/** The length of a vector. */
export function vectorMagnitude(vec: readonly number[]): number {
  let sum = 0;
  for (const value of vec) sum += value * value;
  return Math.sqrt(sum);
}

/** Estimated round-trip time without the adjustment terms. */
export function rawDistanceSeconds(a: Coordinate, b: Coordinate): number {
  return vectorMagnitude(coordinateDifference(a, b)) + a.Height + b.Height;
}

/** Estimated round-trip time between two coordinates, in whole nanoseconds. */
export function coordinateDistanceNs(a: Coordinate, b: Coordinate): number {
  const raw = rawDistanceSeconds(a, b);
  const adjusted = raw + a.Adjustment + b.Adjustment;
  return Math.trunc((adjusted > 0 ? adjusted : raw) * 1e9);
}
