import {type Kept} from '../store/kept.ts';

/** Where an answer made in this process carries what it was kept as, so that its encodings can hang on that. */
export const keptReply = Symbol('kept reply');

/** Where an answer out of an agent's cache says whether it was there before it was asked for. */
export const wasCached = Symbol('was cached');

/** A reply that may know its kept answer; one that came over the network does not. */
export interface MaybeKept {
  readonly [keptReply]?: Kept<unknown> | undefined;
  readonly [wasCached]?: boolean;
}
