import {type Fact} from '../../fsm/fact.ts';

/**
 * Something that only a leader does: session timers, tombstone collection, reconciling the members with the catalog
 * (rpc-raft.md §16). It decides with timers and writes through the log; what it remembers is gone with the leadership.
 */
export interface LeaderDuty {
  /** This server leads, and has applied all that was committed before. */
  gained(): void;
  /** It does not lead any more, or shuts down: timers are cancelled, nothing more is proposed. */
  lost(): void;
  /** What applied entries brought about, in their order; called on every server, leader or not. */
  observe?(facts: readonly Fact[]): void;
  /** The whole state was replaced from a snapshot, and the log takes writes again; called while this server is on duty. */
  replaced?(): void;
}
