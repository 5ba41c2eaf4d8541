import {type Random, seededRandom} from '../../../src/runtime/random.ts';
import {type SendContext} from '../../../src/raft/core/inputs.ts';
import {type InstallSnapshotResponse, type RaftRequest} from '../../../src/raft/core/messages.ts';
import {type LogEntry, logType} from '../../../src/raft/log-entry.ts';
import {type RaftConfig} from '../../../src/raft/raft-config.ts';
import {Checkers, SafetyError} from './checkers.ts';
import {EventQueue} from './event-queue.ts';
import {SimulatedServer} from './simulated-server.ts';

export interface Faults {
  lossShare: number;
  duplicateShare: number;
  delayMsMax: number;
  /** Share of writes that find no room on the disk, which ends the server until somebody starts it again. */
  diskFullShare: number;
}

/** How long a sender waits for an answer before its request counts as failed. */
const answerMsMax = 400;

/** Servers, their network, their clients and time, all from one seed. */
export class World {
  readonly random: Random;
  readonly config: RaftConfig;
  readonly checkers = new Checkers();
  readonly servers: SimulatedServer[];
  faults: Faults = {lossShare: 0, duplicateShare: 0, delayMsMax: 5, diskFullShare: 0};
  /** `from>to` of links that carry nothing. */
  readonly cut = new Set<string>();
  readonly #events = new EventQueue();
  #proposed = 0;
  readonly #waiting = new Map<string, string>();
  /** Commands whose proposer was told they are in. */
  readonly acknowledged = new Set<string>();
  #acknowledgedIndex = 0;

  constructor(seed: number, serverCount: number, config: RaftConfig) {
    this.random = seededRandom(seed);
    this.config = config;
    this.servers = Array.from({length: serverCount}, (_, i) => new SimulatedServer(this, `n${i + 1}`));
  }

  get nowMs(): number {
    return this.#events.nowMs;
  }

  at(atMs: number, work: () => void): void {
    this.#events.at(atMs, work);
  }

  /** Lets `ms` pass. */
  run(ms: number): void {
    this.#events.runUntil(this.nowMs + ms);
  }

  server(id: string): SimulatedServer | undefined {
    return this.servers.find((server) => server.id === id);
  }

  get leader(): SimulatedServer | undefined {
    let newest: SimulatedServer | undefined;
    for (const server of this.servers) {
      if (server.core?.state.role === 'leader' && server.core.state.hard.term > (newest?.core?.state.hard.term ?? 0)) newest = server;
    }
    return newest;
  }

  /** One way over the network: maybe never, maybe twice. */
  #carry(from: string, to: string, deliver: () => void): void {
    const times = this.random.float() < this.faults.duplicateShare ? 2 : 1;
    for (let i = 0; i < times; i++) {
      if (this.random.float() < this.faults.lossShare) continue;
      const slow = this.random.float() < 0.02 ? 10 : 1;
      this.at(this.nowMs + 0.1 + this.random.float() * this.faults.delayMsMax * slow, () => {
        if (!this.cut.has(`${from}>${to}`)) deliver();
      });
    }
  }

  send(from: SimulatedServer, to: string, request: RaftRequest, context: SendContext): void {
    const {life} = from;
    let settled = false;
    const settle = (work: () => void): void => {
      if (settled || from.life !== life) return;
      settled = true;
      from.later(0, work);
    };
    this.#carry(from.id, to, () => {
      const target = this.server(to);
      if (target?.core === undefined) return;
      target.later(0, () =>
        target.request(request, (response) =>
          this.#carry(to, from.id, () => settle(() => from.step({kind: 'response', from: to, context, response}))),
        ),
      );
    });
    this.at(this.nowMs + answerMsMax, () => settle(() => from.step({kind: 'failed', from: to, context})));
  }

  sendSnapshot(
    from: SimulatedServer,
    to: string,
    install: (target: SimulatedServer, reply: (response: InstallSnapshotResponse) => void) => void,
    end: (ok: boolean, term: number) => void,
  ): void {
    const {life} = from;
    let settled = false;
    const settle = (ok: boolean, term: number): void => {
      if (settled || from.life !== life) return;
      settled = true;
      from.later(0, () => end(ok, term));
    };
    this.#carry(from.id, to, () => {
      const target = this.server(to);
      if (target?.core === undefined) return;
      target.later(0, () => install(target, (response) => this.#carry(to, from.id, () => settle(response.success, response.term))));
    });
    this.at(this.nowMs + 4 * answerMsMax, () => settle(false, 0));
  }

  /** Servers come to believe that this one is gone: its connections broke and its port refuses. It need not be true. */
  tellGone(gone: SimulatedServer): void {
    const sinceMs = this.nowMs;
    for (const server of this.servers) {
      if (server === gone || this.random.float() < 0.2) continue;
      const delayMs = this.random.float() < 0.5 ? this.random.float() * 5 : this.random.float() * 150;
      server.later(delayMs, () => server.step({kind: 'leader-gone', leader: {id: gone.id, address: gone.address}, sinceMs}));
    }
  }

  /** What the system tells when a process is gone: everybody else, as soon as its last words have come. */
  tellAllGone(gone: SimulatedServer): void {
    for (const server of this.servers) {
      if (server === gone) continue;
      const sinceMs = this.nowMs + this.faults.delayMsMax * (10 + this.random.float());
      server.later(sinceMs - this.nowMs, () => server.step({kind: 'leader-gone', leader: {id: gone.id, address: gone.address}, sinceMs}));
    }
  }

  /** A client writes at `server`, leader or not. */
  propose(server: SimulatedServer): string {
    const command = `c${++this.#proposed}`;
    const entries = [{type: logType.command, data: Buffer.from(command), extensions: null}];
    server.ask(
      (ref) => ({kind: 'propose', ref, entries}),
      (answer) => {
        if (answer.kind === 'appended') this.#waiting.set(`${server.id}/${answer.index}/${answer.term}`, command);
      },
    );
    return command;
  }

  /** A client asks for a proof of leadership: whatever was acknowledged before must be covered by it. */
  read(server: SimulatedServer): void {
    const seen = this.#acknowledgedIndex;
    server.ask(
      (ref) => ({kind: 'verify-leader', ref}),
      (answer) => {
        if (answer.kind === 'done' && answer.index < seen) {
          throw new SafetyError(`stale read: ${server.id} proves leadership at ${answer.index}, ${seen} was acknowledged before`);
        }
      },
    );
  }

  entryApplied(server: SimulatedServer, entry: LogEntry): void {
    const key = `${server.id}/${entry.index}/${entry.term}`;
    const command = this.#waiting.get(key);
    if (command === undefined) return;
    this.#waiting.delete(key);
    this.acknowledged.add(command);
    this.#acknowledgedIndex = Math.max(this.#acknowledgedIndex, entry.index);
  }
}
