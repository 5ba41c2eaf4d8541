import {type Configuration, findServer, quorumSize, suffrage} from '../../../src/raft/configuration.ts';
import {type RaftState} from '../../../src/raft/core/raft-state.ts';
import {type LogEntry} from '../../../src/raft/log-entry.ts';
import {type SimulatedServer} from './simulated-server.ts';

/** A safety property does not hold. */
export class SafetyError extends Error {}

const bytesOf = (entry: LogEntry): string => `${entry.type}:${entry.data === null ? 'nil' : Buffer.from(entry.data).toString('latin1')}`;

/** The properties of figure 3 of the Raft paper, checked as the run goes. */
export class Checkers {
  readonly #leaders = new Map<number, string>();
  /** Log matching, by induction: an entry's index and term fix its content and its predecessor's term. */
  readonly #entries = new Map<string, {readonly bytes: string; readonly prevTerm: number | undefined}>();
  /** By index: the entry's term, and the term of the leader that committed it. */
  readonly #committed = new Map<number, {readonly term: number; readonly inTerm: number}>();
  readonly #applied = new Map<number, string>();
  committedIndex = 0;

  leaderElected(server: SimulatedServer, state: Readonly<RaftState>): void {
    const {term} = state.hard;
    const other = this.#leaders.get(term);
    if (other !== undefined && other !== server.id) throw new SafetyError(`election safety: ${other} and ${server.id} lead term ${term}`);
    this.#leaders.set(term, server.id);
    for (const [index, {term: committedTerm, inTerm}] of this.#committed) {
      // A server that slept may win an old term late, beside a newer leader; it cannot commit anything.
      if (index <= state.log.snapshotIndex || term <= inTerm) continue;
      const own = state.log.entryTermAt(index);
      if (own !== committedTerm) {
        throw new SafetyError(`leader completeness: ${server.id} leads term ${term} with entry ${index} of term ${own}, committed in ${committedTerm}`);
      }
    }
  }

  appended(server: SimulatedServer, entry: LogEntry, prevTerm: number | undefined): void {
    const key = `${entry.index}/${entry.term}`;
    const bytes = bytesOf(entry);
    const known = this.#entries.get(key);
    if (known === undefined) this.#entries.set(key, {bytes, prevTerm});
    else if (known.bytes !== bytes || (known.prevTerm !== undefined && prevTerm !== undefined && known.prevTerm !== prevTerm)) {
      throw new SafetyError(`log matching: ${server.id} has another entry ${key}`);
    }
  }

  /** After each step: what this server has come to hold as committed. `inForce`: the configuration before the step. */
  committedTo(server: SimulatedServer, state: Readonly<RaftState>, from: number, inForce: Configuration, all: readonly SimulatedServer[]): void {
    for (let index = from + 1; index <= state.commitIndex; index++) {
      const term = state.log.entryTermAt(index);
      if (term === undefined) continue;
      const known = this.#committed.get(index);
      if (known === undefined) this.#committed.set(index, {term, inTerm: state.hard.term});
      else if (known.term !== term) throw new SafetyError(`entry ${index} committed with terms ${known.term} and ${term} (${server.id})`);
    }
    if (state.role === 'leader' && state.commitIndex > from) this.#checkQuorumDurable(state, inForce, all);
    this.committedIndex = Math.max(this.committedIndex, state.commitIndex);
  }

  #checkQuorumDurable(state: Readonly<RaftState>, inForce: Configuration, all: readonly SimulatedServer[]): void {
    const index = state.commitIndex;
    const term = state.log.termAt(index);
    let holders = 0;
    for (const server of all) {
      if (findServer(inForce, server.id)?.suffrage === suffrage.voter && term !== undefined && server.holdsDurably(index, term)) holders++;
    }
    if (holders < quorumSize(inForce)) throw new SafetyError(`entry ${index} is committed but durable on ${holders} voters only`);
  }

  applied(server: SimulatedServer, entry: LogEntry): void {
    const content = `${entry.term}:${bytesOf(entry)}`;
    const known = this.#applied.get(entry.index);
    if (known === undefined) this.#applied.set(entry.index, content);
    else if (known !== content) throw new SafetyError(`state machine safety: ${server.id} applies another entry at ${entry.index}`);
  }
}
