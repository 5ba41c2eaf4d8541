import {encodeConfiguration} from '../../../src/raft/configuration-codec.ts';
import {type Configuration, type ConfigurationChange, configurationText} from '../../../src/raft/configuration.ts';
import {type Effect} from '../../../src/raft/core/effects.ts';
import {type Input} from '../../../src/raft/core/inputs.ts';
import {type InstallSnapshotRequest, type InstallSnapshotResponse, type RaftRequest} from '../../../src/raft/core/messages.ts';
import {RaftCore} from '../../../src/raft/core/raft-core.ts';
import {RecentEntries} from '../../../src/raft/core/recent-entries.ts';
import {type LogEntry, logType} from '../../../src/raft/log-entry.ts';
import {scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {seededRandom} from '../../../src/runtime/random.ts';

interface Message {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly deliver: () => void;
  /** What the sender learns when it gets lost. */
  readonly fail?: () => void;
}

const config = {...scaledRaftConfig(1), trailingLogs: 0};

/** Cores whose disk is instant and whose messages wait until the transcript delivers them; it writes down what happens. */
export class TranscriptWorld {
  readonly #cores = new Map<string, RaftCore>();
  readonly #random = seededRandom(1);
  readonly #cut = new Set<string>();
  #messages: Message[] = [];
  #nowMs = 0;
  #ref = 0;
  #replies = new Map<number, (effect: Effect) => void>();
  #out: string[] = [];

  /** Runs one command and returns what it showed. */
  run(line: string): string[] {
    this.#out = [];
    const [command = '', ...args] = line.split(/\s+/);
    this.#commands[command]?.(args);
    if (this.#commands[command] === undefined) throw new Error(`unknown transcript command "${line}"`);
    return this.#out;
  }

  readonly #commands: Record<string, ((args: string[]) => void) | undefined> = {
    // server n1 voters=n1,n2 term=3 vote=n2 log=1,1,2      terms of the entries; the first is the configuration
    server: ([id = '', ...settings]) => this.#addServer(id, Object.fromEntries(settings.map((s) => s.split('=') as [string, string]))),
    tick: ([id = '']) => {
      this.#nowMs = Math.max(this.#nowMs, this.#core(id).nextDeadlineMs);
      this.#step(id, {kind: 'tick', lateMs: 0});
    },
    // lets every timer of a server fire until it stands for election
    timeout: ([id = '']) => {
      const core = this.#core(id);
      this.#nowMs = Math.max(this.#nowMs, core.state.electionAtMs);
      this.#step(id, {kind: 'tick', lateMs: 0});
    },
    late: ([id = '', ms = '0']) => {
      this.#nowMs = Math.max(this.#nowMs, this.#core(id).nextDeadlineMs) + Number(ms);
      this.#step(id, {kind: 'tick', lateMs: Number(ms)});
    },
    advance: ([ms = '0']) => void (this.#nowMs += Number(ms)),
    propose: ([id = '', data = '']) => this.#ask(id, (ref) => ({kind: 'propose', ref, entries: [{type: logType.command, data: Buffer.from(data), extensions: null}]})),
    verify: ([id = '']) => this.#ask(id, (ref) => ({kind: 'verify-leader', ref})),
    change: ([id = '', op = '', target = '']) => this.#ask(id, (ref) => ({kind: 'change', ref, prevIndex: 0, change: {op, id: target, address: `${target}:1`} as ConfigurationChange})),
    transfer: ([id = '', to]) => this.#ask(id, (ref) => ({kind: 'transfer', ref, to})),
    // a server's connection from its leader broke, and the leader's port refuses
    gone: ([id = '', leader = '']) => this.#step(id, {kind: 'leader-gone', leader: {id: leader, address: `${leader}:1`}, sinceMs: this.#nowMs}),
    snapshot: ([id = '']) => {
      const {state} = this.#core(id);
      this.#step(id, {kind: 'snapshot-taken', index: state.applyIndex, term: state.log.termAt(state.applyIndex) ?? 0});
    },
    cut: ([id = '']) => void this.#cut.add(id),
    join: ([id = '']) => void this.#cut.delete(id),
    drop: () => {
      for (const message of this.#messages) this.#out.push(`dropped ${message.text}`);
      this.#messages = [];
    },
    deliver: () => this.#deliver(() => true),
    // everything but what replicates
    'deliver-votes': () => this.#deliver((text) => text.includes('vote')),
    // an append answer made by hand: from n3 to n1, holding all up to the index
    answer: ([to = '', from = '', index = '0']) => {
      const {state} = this.#core(to);
      const epoch = state.leadership?.peers.get(from)?.epoch ?? 0;
      const context = {term: state.hard.term, epoch, heartbeat: false, prevIndex: 0, lastIndex: Number(index), sentAtMs: this.#nowMs, round: 0};
      this.#step(to, {kind: 'response', from, context, response: {kind: 'append-response', term: state.hard.term, success: true, lastIndex: 0, noRetryBackoff: false}});
    },
    status: () => {
      for (const [id, {state}] of this.#cores) {
        const terms: (number | undefined)[] = [];
        for (let index = state.log.first; index <= state.log.last; index++) terms.push(state.log.termAt(index));
        const snapshot = state.log.snapshotIndex > 0 ? ` snapshot ${state.log.snapshotIndex}` : '';
        this.#out.push(`${id} ${state.role} term ${state.hard.term} commit ${state.commitIndex}${snapshot} log ${terms.join(' ')}`);
      }
    },
    configuration: ([id = '']) => void this.#out.push(configurationText(this.#core(id).state.configurations.latest)),
  };

  #core(id: string): RaftCore {
    const core = this.#cores.get(id);
    if (core === undefined) throw new Error(`no server ${id} in this transcript`);
    return core;
  }

  #addServer(id: string, settings: Record<string, string>): void {
    const voters = (settings.voters ?? '').split(',').filter((voter) => voter !== '');
    const configuration: Configuration = {servers: voters.map((voter) => ({id: voter, address: `${voter}:1`, suffrage: 0}))};
    const terms = (settings.log ?? '').split(',').filter((term) => term !== '').map(Number);
    const recent = new RecentEntries();
    const termRuns: {first: number; term: number}[] = [];
    terms.forEach((term, at) => {
      const first = at === 0;
      const data = first ? encodeConfiguration(configuration) : Buffer.from(`${term}`);
      recent.push({index: at + 1, term, type: first ? logType.configuration : logType.command, data, extensions: null, appendedAtMs: 0});
      if (termRuns.at(-1)?.term !== term) termRuns.push({first: at + 1, term});
    });
    const core = new RaftCore({id, address: `${id}:1`}, config, {
      hardState: {term: Number(settings.term ?? terms.at(-1) ?? 0), votedFor: settings.vote ?? ''},
      firstIndex: 1,
      lastIndex: terms.length,
      termRuns,
      configurations: terms.length > 0 ? [{index: 1, configuration}] : [],
      snapshot: {index: 0, term: 0, configuration: {servers: []}, configurationIndex: 0},
    }, recent);
    this.#cores.set(id, core);
    this.#perform(id, core.start(this.#nowMs, 0, this.#random));
  }

  #ask(id: string, make: (ref: number) => Input): void {
    this.#step(id, make(++this.#ref));
  }

  #step(id: string, input: Input): void {
    this.#perform(id, this.#core(id).step(input, this.#nowMs, 0, this.#random));
  }

  #perform(id: string, effects: readonly Effect[]): void {
    for (const effect of effects) this.#performOne(id, effect);
    const seq = effects.findLast((effect) => effect.kind === 'persist')?.seq;
    if (seq !== undefined) this.#step(id, {kind: 'persisted', seq});
  }

  #performOne(id: string, effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        return this.#send(id, effect);
      case 'send-snapshot':
        return this.#sendSnapshot(id, effect);
      case 'reply':
      case 'snapshot-answer':
      case 'restore-fsm':
        this.#replies.get(effect.ref)?.(effect);
        return;
      case 'role':
        return void this.#out.push(`${id} becomes ${effect.role} in term ${effect.term}, leader ${effect.leader?.id ?? 'unknown'}`);
      case 'apply':
        return void this.#out.push(`${id} applies up to ${effect.index}`);
      case 'appended':
        return void this.#out.push(`${id} appends at ${effect.index} in term ${effect.term}`);
      case 'done':
        return void this.#out.push(`${id} is done at ${effect.index}`);
      case 'refused':
        return void this.#out.push(`${id} refuses: ${effect.error.message}`);
      case 'persist':
        if (effect.truncateFrom !== undefined) this.#out.push(`${id} removes from ${effect.truncateFrom}`);
        if (effect.resetTo !== undefined) this.#out.push(`${id} begins its log anew at ${effect.resetTo}`);
        return;
      case 'load':
      case 'restore-at':
        return;
    }
  }

  #send(from: string, {to, request, context}: Extract<Effect, {kind: 'send'}>): void {
    const text = `${from}>${to.id} ${requestText(request)}`;
    this.#messages.push({
      from,
      to: to.id,
      text,
      fail: () => this.#step(from, {kind: 'failed', from: to.id, context}),
      deliver: () => {
        const ref = ++this.#ref;
        this.#replies.set(ref, (effect) => {
          if (effect.kind !== 'reply') return;
          const {response} = effect;
          const said = response.kind === 'append-response' ? (response.success ? 'ok' : `no, last ${response.lastIndex}`) : 'granted' in response ? (response.granted ? 'granted' : 'denied') : 'ok';
          this.#messages.push({
            from: to.id,
            to: from,
            text: `${to.id}>${from} ${response.kind} ${said}${'term' in response ? ` term ${response.term}` : ''}`,
            deliver: () => this.#step(from, {kind: 'response', from: to.id, context, response}),
          });
        });
        this.#step(to.id, {kind: 'request', ref, request});
      },
    });
  }

  #sendSnapshot(from: string, {to, epoch, term}: Extract<Effect, {kind: 'send-snapshot'}>): void {
    const {state} = this.#core(from);
    const {snapshotIndex: lastIndex, snapshotTerm: lastTerm} = state.log;
    const stated = state.configurations.at(lastIndex);
    const request: InstallSnapshotRequest = {
      kind: 'install-snapshot', from: state.self, term, lastIndex, lastTerm, configuration: stated.configuration, configurationIndex: stated.index, sizeBytes: 0,
    };
    const answered = (response: InstallSnapshotResponse): void =>
      void this.#messages.push({
        from: to.id,
        to: from,
        text: `${to.id}>${from} install-snapshot-response ${response.success ? 'ok' : 'no'}`,
        deliver: () => this.#step(from, {kind: 'snapshot-sent', to: to.id, epoch, index: lastIndex, ok: response.success, term: response.term}),
      });
    this.#messages.push({
      from,
      to: to.id,
      text: `${from}>${to.id} install-snapshot up to ${lastIndex}`,
      deliver: () => {
        const ref = ++this.#ref;
        this.#replies.set(ref, (offered) => {
          if (offered.kind !== 'snapshot-answer') return;
          if (!offered.accept) return answered(offered.response);
          this.#replies.set(ref, (effect) => {
            if (effect.kind === 'snapshot-answer' || effect.kind === 'restore-fsm') answered(effect.response);
          });
          this.#step(to.id, {kind: 'snapshot-received', ref, request});
        });
        this.#step(to.id, {kind: 'snapshot-offered', ref, request});
      },
    });
  }

  /** Delivers what waits and what follows from it, until all is quiet; what is not wanted gets lost unseen. */
  #deliver(wanted: (text: string) => boolean): void {
    for (let message = this.#messages.shift(); message !== undefined; message = this.#messages.shift()) {
      if (!wanted(message.text)) continue;
      const lost = this.#cut.has(message.from) || this.#cut.has(message.to) || !this.#cores.has(message.to);
      this.#out.push(lost ? `lost ${message.text}` : message.text);
      if (lost) message.fail?.();
      else message.deliver();
    }
  }
}

function requestText(request: RaftRequest): string {
  switch (request.kind) {
    case 'append':
      if (request.heartbeat) return `heartbeat term ${request.term}`;
      return `append term ${request.term} prev ${request.prevIndex}/${request.prevTerm} entries ${entriesText(request.entries)} commit ${request.leaderCommit}`;
    case 'vote':
      return `vote term ${request.term} last ${request.lastIndex}/${request.lastTerm}${request.leadershipTransfer ? ' transfer' : ''}`;
    case 'pre-vote':
      return `pre-vote term ${request.term} last ${request.lastIndex}/${request.lastTerm}`;
    case 'timeout-now':
      return 'timeout-now';
  }
}

function entriesText(entries: readonly LogEntry[]): string {
  return entries.length === 0 ? 'none' : entries.map((entry) => `${entry.index}/${entry.term}`).join(' ');
}
