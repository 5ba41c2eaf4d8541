import {type Configuration, type ConfigurationChange, suffrage} from '../raft/configuration.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {pause} from '../runtime/pause.ts';
import {leaveLookMs, removalWaitMs, transferAttempts} from './limits.ts';

export interface DepartureOptions {
  readonly ownId: string;
  readonly raft: {
    readonly role: string;
    readonly configuration: Configuration;
    transferLeadership(): Promise<void>;
    changeMembership(change: ConfigurationChange): Promise<unknown>;
  };
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * How a server takes its leave of Raft (rpc-raft.md §14): a leader hands on first; then gossip tells the others, of whom
 * the leader takes it out of the configuration. Until that is done it should still be there, for its vote may be needed.
 */
export class Departure {
  readonly #o: DepartureOptions;

  constructor(options: DepartureOptions) {
    this.#o = options;
  }

  /** Whoever leads alone keeps leading: there is nobody to hand on to, and its state must stay. */
  async handOn(): Promise<void> {
    const {raft, ownId, logger} = this.#o;
    for (let attempt = 1; attempt <= transferAttempts; attempt++) {
      if (raft.role !== 'leader' || this.#otherVoters() === 0) return;
      try {
        await raft.transferLeadership();
        logger.info('successfully transferred leadership', {attempt});
        return;
      } catch (error) {
        logger.error('failed to transfer leadership', {attempt, error});
      }
    }
    if (raft.role !== 'leader') return;
    try {
      await raft.changeMembership({op: 'remove-server', id: ownId});
    } catch (error) {
      logger.error('failed to remove ourself as Raft peer', {error});
    }
  }

  /** Resolves when the others have let this server go, or after a while in which they have not. */
  async untilLetGo(): Promise<void> {
    const {raft, ownId, clock, logger} = this.#o;
    if (raft.role === 'leader' || this.#otherVoters() === 0) return;
    const untilMs = clock.nowMs() + removalWaitMs;
    while (raft.configuration.servers.some(({id}) => id === ownId)) {
      if (clock.nowMs() >= untilMs) return logger.warn('failed to leave Raft configuration gracefully, timeout');
      await pause(clock, leaveLookMs);
    }
  }

  #otherVoters(): number {
    const {raft, ownId} = this.#o;
    return raft.configuration.servers.filter(({id, suffrage: vote}) => id !== ownId && vote === suffrage.voter).length;
  }
}
