import {type Fact} from '../fsm/fact.ts';

/** Keys were deleted and left tombstones at this index; a leader collects them later. */
export interface TombstonesLeft extends Fact {
  readonly kind: 'tombstones-left';
  readonly index: number;
}

/** Deletions at this log index left tombstones, which are to be reaped in time. */
export function tombstonesLeft(index: number): TombstonesLeft {
  return {kind: 'tombstones-left', index};
}

/** Whether it is that fact. */
export function isTombstonesLeft(fact: Fact): fact is TombstonesLeft {
  return fact.kind === 'tombstones-left';
}
