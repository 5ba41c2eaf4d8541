import {Readable} from 'node:stream';
import {drive, inTurns, type Sliced} from '../runtime/slices.ts';
import {streamedBytesMin} from './limits.ts';

/**
 * The body of an answer whose JSON is made in parts, over several turns of the loop where that takes long. One that is
 * very long is a stream, made no faster than the client takes it.
 */
export function bodyOfParts(parts: Iterable<string>, end: string): Buffer | Promise<Buffer | Readable> {
  const source = parts[Symbol.iterator]();
  const pieces: Buffer[] = [];
  const whole = (isWhole: boolean): Buffer | Readable => (isWhole ? joined(pieces) : Readable.from(streamed(pieces, source, end), streaming));
  const isWhole = drive(gather(pieces, source, end));
  if (isWhole instanceof Promise) return isWhole.then(whole);
  return isWhole ? joined(pieces) : Promise.resolve(whole(false));
}

/** Parts of what has first to be found out: while it is, the parts are empty. */
export function* partsOf<T>(work: Sliced<T>, parts: (value: T) => Iterable<string>): Generator<string, void> {
  for (;;) {
    const step = work.next();
    if (step.done === true) {
      yield* parts(step.value);
      return;
    }
    yield '';
  }
}

const streaming = {objectMode: false, highWaterMark: 256 * 1024};

/** Makes all of it; false when it has become too long for that. */
function* gather(pieces: Buffer[], source: Iterator<string>, end: string): Sliced<boolean> {
  let bytes = 0;
  for (;;) {
    const step = source.next();
    const piece = Buffer.from(step.done === true ? end : step.value);
    if (piece.length > 0 || step.done === true) pieces.push(piece);
    if (step.done === true) return true;
    bytes += piece.length;
    if (bytes > streamedBytesMin) return false;
    yield;
  }
}

async function* streamed(pieces: Buffer[], source: Iterator<string>, end: string): AsyncGenerator<Buffer, void> {
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) yield piece;
  yield* inTurns(encoded(source));
  if (end !== '') yield Buffer.from(end);
}

function* encoded(source: Iterator<string>): Generator<Buffer, void> {
  for (let step = source.next(); step.done !== true; step = source.next()) yield Buffer.from(step.value);
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [first, second] = pieces;
  return pieces.length === 2 && first !== undefined && second?.length === 0 ? first : Buffer.concat(pieces);
}
