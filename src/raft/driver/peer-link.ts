import {type Effect} from '../core/effects.ts';
import {type InstallSnapshotRequest, type InstallSnapshotResponse, type Peer, type RaftRequest, type RaftResponse} from '../core/messages.ts';
import {pause} from '../../runtime/pause.ts';
import {debtToldEveryMs, leaderProbeDelaysMs, loadBytesMax} from '../limits.ts';
import {RaftError} from '../raft-error.ts';
import {type SnapshotMeta} from '../snapshot/snapshot-store.ts';
import {type DurabilityGate} from './durability-gate.ts';
import {type RaftHost} from './raft-host.ts';
import {PreVoteUnsupportedError, type RaftHandler} from './raft-transport.ts';

type LinkEffect = Extract<Effect, {kind: 'send' | 'reply' | 'load' | 'send-snapshot' | 'snapshot-answer' | 'restore-fsm'}>;

interface Offer {
  readonly answer: (effect: Extract<Effect, {kind: 'snapshot-answer' | 'restore-fsm'}>) => void;
}

/** The node's side towards its peers: sends, answers, snapshots in both directions. */
export class PeerLink implements RaftHandler {
  readonly #host: RaftHost;
  readonly #gate: DurabilityGate;
  readonly #replies = new Map<number, (response: RaftResponse) => void>();
  readonly #offers = new Map<number, Offer>();
  #installing = false;
  #debtToldMs = -Infinity;

  constructor(host: RaftHost, gate: DurabilityGate) {
    this.#host = host;
    this.#gate = gate;
  }

  handle(request: RaftRequest): Promise<RaftResponse> {
    if (request.kind === 'vote' || request.kind === 'pre-vote') this.#tellOfDebt(request.from);
    const ref = this.#host.newRef();
    return new Promise((resolve) => {
      this.#replies.set(ref, resolve);
      this.#host.step({kind: 'request', ref, request});
    });
  }

  /** A cluster that finds no leader because of this server should say why. */
  #tellOfDebt(candidate: Peer): void {
    const {clock, logger} = this.#host.options;
    if (this.#host.core().state.owed === undefined || clock.nowMs() - this.#debtToldMs < debtToldEveryMs) return;
    this.#debtToldMs = clock.nowMs();
    logger.warn('no vote from this server: it has lost its log, and no leader has brought it up to date yet. If so many have lost theirs that nobody can lead, peers.json on a server that still has its log begins anew from there (raft/peers.info)', {candidate: candidate.address});
  }

  disconnected(from: Peer): void {
    void this.#lookFor(from, this.#host.options.clock.nowMs());
  }

  /** A leader's connection broke: whether its process is gone shows at its port, at once or when it is done with dying. */
  async #lookFor(peer: Peer, sinceMs: number): Promise<void> {
    const {transport, clock} = this.#host.options;
    for (const delayMs of leaderProbeDelaysMs) {
      await pause(clock, delayMs);
      const {role, leader, contactMs} = this.#host.core().state;
      if (role !== 'follower' || leader?.address !== peer.address || contactMs > sinceMs) return;
      if (await transport.isRefused(peer)) return this.#host.step({kind: 'leader-gone', leader: peer, sinceMs});
    }
  }

  perform(effect: LinkEffect): void {
    switch (effect.kind) {
      case 'send':
        return this.#gate.after(effect.afterSeq, () => this.#send(effect));
      case 'reply':
        return this.#gate.after(effect.afterSeq, () => {
          this.#replies.get(effect.ref)?.(effect.response);
          this.#replies.delete(effect.ref);
        });
      case 'load':
        return this.#load(effect);
      case 'send-snapshot':
        return this.#sendSnapshot(effect);
      case 'snapshot-answer':
      case 'restore-fsm':
        this.#offers.get(effect.ref)?.answer(effect);
        return;
    }
  }

  #send({to, request, context}: Extract<Effect, {kind: 'send'}>): void {
    this.#host.options.transport.send(to, request).then(
      (response) => this.#host.step({kind: 'response', from: to.id, context, response}),
      (error: unknown) => {
        const unsupported = error instanceof PreVoteUnsupportedError;
        this.#host.step({kind: unsupported ? 'pre-vote-unsupported' : 'failed', from: to.id, context});
      },
    );
  }

  #load({peer, epoch, first, last}: Extract<Effect, {kind: 'load'}>): void {
    this.#host.options.logStore.read(first, last, loadBytesMax).then(
      (entries) => this.#host.step({kind: 'loaded', peer, epoch, entries}),
      (error: unknown) => this.#host.fail(error),
    );
  }

  #sendSnapshot(effect: Extract<Effect, {kind: 'send-snapshot'}>): void {
    const {to, epoch, term} = effect;
    this.#streamSnapshot(effect).then(
      ([meta, response]) => this.#host.step({kind: 'snapshot-sent', to: to.id, epoch, index: meta.index, ok: response.success, term: response.term}),
      (error: unknown) => {
        this.#host.options.logger.error('failed to install snapshot', {peer: to.id, error: error instanceof Error ? error.message : String(error)});
        this.#host.step({kind: 'snapshot-sent', to: to.id, epoch, index: 0, ok: false, term});
      },
    );
  }

  async #streamSnapshot({to, term}: Extract<Effect, {kind: 'send-snapshot'}>): Promise<[SnapshotMeta, InstallSnapshotResponse]> {
    const {snapshotStore, transport, id, address} = this.#host.options;
    const {snapshots} = await snapshotStore.list();
    const [meta] = snapshots;
    if (meta === undefined) throw new RaftError('broken', 'there is no snapshot to send');
    const {index: lastIndex, term: lastTerm, configuration, configurationIndex, sizeBytes} = meta;
    const request: InstallSnapshotRequest = {
      kind: 'install-snapshot', from: {id, address}, term, lastIndex, lastTerm, configuration, configurationIndex, sizeBytes,
    };
    return [meta, await transport.sendSnapshot(to, request, snapshotStore.read(meta))];
  }

  async installSnapshot(request: InstallSnapshotRequest, state: AsyncIterable<Buffer>): Promise<InstallSnapshotResponse> {
    if (this.#installing) throw new RaftError('restoring', 'another snapshot is being installed');
    this.#installing = true;
    const ref = this.#host.newRef();
    try {
      const offered = await this.#ask(ref, 'snapshot-offered', request);
      if (offered.kind === 'restore-fsm' || !offered.accept) {
        for await (const chunk of state) void chunk;
        return await this.#durably(offered.afterSeq, offered.response);
      }
      const meta = await this.#receive(request, state);
      const received = await this.#ask(ref, 'snapshot-received', request);
      if (received.kind === 'restore-fsm') await this.#restoreFsm(meta);
      // A leader deposed meanwhile: its snapshot may be newer than the next one that is taken, which it would push out of the store.
      else await this.#host.options.snapshotStore.remove(meta);
      return await this.#durably(received.afterSeq, received.response);
    } finally {
      this.#offers.delete(ref);
      this.#installing = false;
    }
  }

  #ask(ref: number, kind: 'snapshot-offered' | 'snapshot-received', request: InstallSnapshotRequest): Promise<Extract<Effect, {kind: 'snapshot-answer' | 'restore-fsm'}>> {
    return new Promise((answer) => {
      this.#offers.set(ref, {answer});
      this.#host.step({kind, ref, request});
    });
  }

  #durably(afterSeq: number, response: InstallSnapshotResponse): Promise<InstallSnapshotResponse> {
    return new Promise((resolve) => this.#gate.after(afterSeq, () => resolve(response)));
  }

  async #receive(request: InstallSnapshotRequest, state: AsyncIterable<Buffer>): Promise<SnapshotMeta> {
    const {snapshotStore, clock} = this.#host.options;
    const head = {index: request.lastIndex, term: request.lastTerm, configuration: request.configuration, configurationIndex: request.configurationIndex};
    const writer = await snapshotStore.create(head, clock.wallMs());
    try {
      let bytes = 0;
      for await (const chunk of state) {
        bytes += chunk.length;
        await writer.write(chunk);
      }
      if (bytes !== request.sizeBytes) throw new RaftError('corrupt', `the snapshot has ${bytes} bytes instead of ${request.sizeBytes}`);
      return await writer.commit();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /** The core already counts this state as its own: if the FSM cannot take it, the server cannot go on. */
  async #restoreFsm(meta: SnapshotMeta): Promise<void> {
    const {fsm, snapshotStore, logger} = this.#host.options;
    try {
      await this.#host.apply.run(async () => {
        await fsm.restore(snapshotStore.read(meta));
        this.#host.apply.jumpTo(meta.index);
        logger.info('snapshot installed', {id: meta.id, 'last-index': meta.index, bytes: meta.sizeBytes});
      });
    } catch (error) {
      this.#host.fail(error);
      throw error;
    }
  }
}
