import {multiErrorText} from '../consul-error.ts';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Random, systemRandom} from '../runtime/random.ts';
import {systemClock} from '../runtime/system-clock.ts';
import {asError, errorText} from '../runtime/thrown.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {Complaints} from './complaints.ts';
import {CoreDriver} from './core-driver.ts';
import {addressBytes, type Endpoint, endpointText} from './endpoint.ts';
import {type GossipTransport, type TransportReceiver} from './gossip-transport.ts';
import {joinEndpoints, resolveByDns} from './join-address.ts';
import {answerKeyQuery} from './answer-key-query.ts';
import {KeyManager} from './key-manager.ts';
import {writeKeyringFile} from './keyring-file.ts';
import {encryptionOverheadBytes, labelBytesMax, snapshotFlushIntervalMs} from './limits.ts';
import {NetTransport} from './net-transport.ts';
import {type Member} from './serf/member.ts';
import {consulSerfTimes, type SerfConfig} from './serf/serf-config.ts';
import {SerfCore} from './serf/serf-core.ts';
import {type SerfEffect, type SerfEvent, type SerfInput} from './serf/serf-step.ts';
import {type Coordinate} from '../schema/coordinate.ts';
import {type QueryOptions, type QueryResult, type SerfOptions} from './serf-options.ts';
import {SnapshotFile} from './snapshot-file.ts';
import {consulLanSwimConfig, consulWanSwimConfig, localSwimConfig} from './swim/swim-config.ts';
import {isEncrypted, type WireSecurity} from './wire/wire-security.ts';

const profiles = {lan: consulLanSwimConfig, wan: consulWanSwimConfig, local: localSwimConfig};

interface RunningQuery {
  readonly options: QueryOptions;
  readonly acks: Set<string>;
  readonly answers: Map<string, ByteString>;
  readonly end: (result: QueryResult) => void;
}

/** A member of a Serf pool, as Consul's agents and Debian's `serf` know it. Made by `Serf.create`. */
export class Serf {
  readonly #o: SerfOptions;
  readonly #core: SerfCore;
  readonly #driver: CoreDriver;
  readonly #clock: Clock;
  readonly #security: WireSecurity;
  readonly #snapshot: SnapshotFile | null;
  readonly #waiting = new Map<number, (error: Error | null) => void>();
  readonly #running = new Map<number, RunningQuery>();
  readonly #local: Endpoint;
  #ref = 0;
  #flushTimer: Timer | null = null;
  #isShutDown = false;
  /** Encryption keys of the whole pool. */
  readonly keyManager: KeyManager;

  private constructor(o: SerfOptions, made: {core: SerfCore; config: SerfConfig; security: WireSecurity; snapshot: SnapshotFile | null;
    clock: Clock; random: Random; local: Endpoint}) {
    this.#o = o;
    this.#core = made.core;
    this.#clock = made.clock;
    this.#security = made.security;
    this.#snapshot = made.snapshot;
    this.#local = made.local;
    this.#driver = new CoreDriver({
      core: made.core, clock: made.clock, random: made.random, security: made.security, complaints: new Complaints(made.clock),
      tcpTimeoutMs: made.config.swim.tcpTimeoutMs, ownPort: made.local.port, refuseSource: made.config.refuseAddress,
      log: (level, text) => o.log?.(level, text), onEffect: (effect) => this.#perform(effect),
    });
    this.keyManager = new KeyManager(async (question) => {
      const nodes = this.#core.liveCount;
      return {nodes, result: await this.query({...question, answersWanted: nodes})};
    });
  }

  /**
   * Binds the sockets and starts. Rejoins the peers of its snapshot in the background.
   * @throws Error for an address that is taken or no IP address, tags over 512 bytes, or unreadable files
   */
  static async create(o: SerfOptions): Promise<Serf> {
    const clock = o.clock ?? systemClock;
    const random = o.random ?? systemRandom;
    const security: WireSecurity = {keyring: o.keyring ?? null, verifyIncoming: o.encryptVerifyIncoming ?? true,
      verifyOutgoing: o.encryptVerifyOutgoing ?? true, label: o.label ?? ''};
    if (Buffer.byteLength(security.label) > labelBytesMax) throw new Error(`label is longer than ${labelBytesMax} bytes`);
    const snapshot = o.snapshotPath === undefined ? null
      : await SnapshotFile.open(o.snapshotPath, o.rejoinAfterLeave ?? false, (text) => o.log?.('warn', `serf: ${text}`));
    const late: {receiver: TransportReceiver | null} = {receiver: null};
    const transport = await (o.openTransport ?? NetTransport.open)(o.bind.address, o.bind.port, {
      datagram: (bytes, from) => late.receiver?.datagram(bytes, from),
      stream: (socket, from) => (late.receiver === null ? void socket.destroy() : late.receiver.stream(socket, from)),
    });
    try {
      return Serf.#start(o, {clock, random, security, snapshot, transport, late});
    } catch (error) {
      await transport.close();
      throw error;
    }
  }

  static #start(o: SerfOptions, parts: {clock: Clock; random: Random; security: WireSecurity; snapshot: SnapshotFile | null;
    transport: GossipTransport; late: {receiver: TransportReceiver | null}}): Serf {
    const {clock, random, security, snapshot, transport} = parts;
    const address = o.advertise?.address ?? o.bind.address;
    const addr = addressBytes(address);
    if (addr === undefined) throw new Error(`advertise address "${address}" is not an IP address`);
    const advertise = {addr, port: o.advertise?.port || transport.local.port};
    const config = configOf(o, advertise, security, snapshot);
    const core = new SerfCore(config, random);
    const serf = new Serf(o, {core, config, security, snapshot, clock, random, local: transport.local});
    parts.late.receiver = serf.#driver;
    serf.#driver.start(transport);
    serf.#flushLater();
    serf.#rejoin(random);
    return serf;
  }

  /**
   * Joins at each address (`host`, `host:port`, `[v6]:port`, perhaps after `node/`); returns how many worked.
   * @param ignoreOld do not deliver events from before the join
   * @throws AggregateError of one Error each when none worked
   */
  async join(addresses: readonly string[], ignoreOld = true): Promise<number> {
    const errors: Error[] = [];
    let joined = 0;
    for (const address of addresses) {
      try {
        joined += await this.#joinOne(address, ignoreOld, errors);
      } catch (error) {
        errors.push(asError(error));
      }
    }
    if (joined > 0) this.#driver.step({kind: 'announce-join'});
    else if (errors.length > 0) throw new AggregateError(errors, multiErrorText(errors.map(({message}) => message)));
    return joined;
  }

  async #joinOne(address: string, ignoreOld: boolean, errors: Error[]): Promise<number> {
    const endpoints = await joinEndpoints(address, this.#local.port, this.#o.resolveHost ?? resolveByDns);
    let joined = 0;
    for (const to of endpoints) {
      const error = await this.#request((ref) => ({kind: 'join', ref, to, ignoreOld}));
      if (error === null) joined++;
      else errors.push(new Error(`Failed to join ${endpointText(to)}: ${error.message}`, {cause: error}));
    }
    return joined;
  }

  /** Leaves the pool in order; takes the leave delay of the pool and at most 10 s more. Sockets stay open until `shutdown`. */
  async leave(): Promise<void> {
    this.#snapshot?.leave();
    await this.#flush();
    throwIf(await this.#request((ref) => ({kind: 'leave', ref})));
  }

  /** Turns a failed member into one that left; `prune` forgets it at once. @throws Error after 5 s without being heard */
  async forceLeave(name: string, prune = false): Promise<void> {
    throwIf(await this.#request((ref) => ({kind: 'force-leave', ref, node: name, prune})));
  }

  /** Fires a user event. @throws Error when it is over the size limit */
  async userEvent(name: string, payload: ByteString, coalesce = false): Promise<void> {
    throwIf(await this.#request((ref) => ({kind: 'user-event', ref, name, payload, coalesce})));
  }

  /** Asks the pool; resolves at the query's timeout, or when `answersWanted` have come. @throws Error when it is too large */
  async query(options: QueryOptions): Promise<QueryResult> {
    const ref = ++this.#ref;
    const result = new Promise<QueryResult>((end) => {
      this.#running.set(ref, {options, acks: new Set(), answers: new Map(), end});
    });
    const error = await this.#requestAs(ref, {kind: 'query', ref, params: options});
    if (error !== null) {
      this.#running.delete(ref);
      throw error;
    }
    return result;
  }

  members(): Member[] {
    return this.#core.members();
  }

  /** Ourselves as the pool knows us. */
  localMember(): Member {
    const own = this.#core.member(this.#o.name);
    if (own === undefined) throw new Error('the pool has not started');
    return own;
  }

  /** Our network coordinate. */
  get coordinate(): Coordinate {
    return this.#core.coordinate;
  }

  coordinateOf(name: string): Coordinate | undefined {
    return this.#core.coordinateOf(name);
  }

  get encrypted(): boolean {
    return isEncrypted(this.#security);
  }

  /** As `serf_lan` and `serf_wan` of /v1/agent/self show it. */
  stats(): Record<string, string> {
    const c = this.#core.counters;
    return {
      coordinate_resets: `${c.coordinateResets}`, encrypted: `${this.encrypted}`, event_queue: `${c.eventQueue}`,
      event_time: `${c.eventTime}`, failed: `${c.failed}`, health_score: `${c.healthScore}`, intent_queue: `${c.intentQueue}`,
      left: `${c.left}`, member_time: `${c.memberTime}`, members: `${c.members}`, query_queue: `${c.queryQueue}`,
      query_time: `${c.queryTime}`,
    };
  }

  /** Closes the sockets; without a `leave` before, the others see a failure. Idempotent. */
  async shutdown(): Promise<void> {
    if (this.#isShutDown) return;
    this.#isShutDown = true;
    this.#flushTimer?.cancel();
    await this.#driver.close();
    for (const waiting of this.#waiting.values()) waiting(new Error('Serf is shut down'));
    for (const {end, acks, answers} of this.#running.values()) end({acks, answers});
    this.#waiting.clear();
    this.#running.clear();
    await this.#flush();
  }

  #request(input: (ref: number) => SerfInput): Promise<Error | null> {
    const ref = ++this.#ref;
    return this.#requestAs(ref, input(ref));
  }

  #requestAs(ref: number, input: SerfInput): Promise<Error | null> {
    if (this.#isShutDown) return Promise.resolve(new Error(`${input.kind} called after Shutdown`));
    return new Promise((resolve) => {
      this.#waiting.set(ref, resolve);
      this.#driver.step(input);
    });
  }

  #perform(effect: Parameters<ConstructorParameters<typeof CoreDriver>[0]['onEffect']>[0]): void {
    switch (effect.kind) {
      case 'event': return this.#deliver(effect.event);
      case 'done': {
        const waiting = this.#waiting.get(effect.ref);
        this.#waiting.delete(effect.ref);
        return waiting?.(effect.error);
      }
      case 'query-ack':
      case 'query-answer':
      case 'query-end': return this.#queryEffect(effect);
      case 'key-query': return this.#keyQuery(effect);
      case 'lost-name': return this.#o.onLostName?.();
    }
  }

  #deliver(event: SerfEvent): void {
    if (event.type === 'user') return this.#o.onEvent?.(event);
    if (event.type === 'query') {
      const {query, ...told} = event;
      this.#o.onEvent?.({...told, from: query.body.SourceNode, respond: (payload) => {
        let failure: Error | null = null;
        const ref = ++this.#ref;
        this.#waiting.set(ref, (error) => (failure = error));
        this.#driver.step({kind: 'answer-query', ref, query, payload});
        throwIf(failure);
      }});
      return;
    }
    for (const member of event.members) {
      if (event.type === 'member-join') this.#snapshot?.alive(member.name, endpointText(member.endpoint));
      else if (event.type === 'member-leave' || event.type === 'member-failed') this.#snapshot?.notAlive(member.name);
    }
    this.#o.onEvent?.(event);
  }

  #queryEffect(effect: Extract<SerfEffect, {kind: 'query-ack' | 'query-answer' | 'query-end'}>): void {
    const query = this.#running.get(effect.ref);
    if (query === undefined) return;
    const {options, acks, answers, end} = query;
    if (effect.kind === 'query-ack') acks.add(effect.from);
    else if (effect.kind === 'query-answer') answers.set(effect.from, effect.payload);
    const hasAll = options.answersWanted !== undefined && answers.size >= options.answersWanted;
    if (effect.kind !== 'query-end' && !hasAll) return;
    this.#running.delete(effect.ref);
    end({acks, answers});
  }

  #keyQuery(effect: Extract<SerfEffect, {kind: 'key-query'}>): void {
    const {keyring} = this.#security;
    const {payload, changed} = answerKeyQuery(effect.operation, effect.key, this.encrypted ? keyring : null, effect.payloadBytesMax);
    this.#driver.step({kind: 'answer-query', ref: ++this.#ref, query: effect.query, payload});
    const path = this.#o.keyringPath;
    if (!changed || path === undefined || keyring === null) return;
    writeKeyringFile(path, keyring).catch((error: unknown) => this.#o.log?.('error', `serf: Failed to write keyring file: ${errorText(error)}`));
  }

  #flushLater(): void {
    if (this.#snapshot === null || this.#isShutDown) return;
    this.#flushTimer = this.#clock.setTimer(snapshotFlushIntervalMs, () => {
      const again = (): void => this.#flushLater();
      this.#flush().then(again, again);
    });
  }

  async #flush(): Promise<void> {
    try {
      this.#snapshot?.clocks(this.#core.clocks);
      await this.#snapshot?.flush();
    } catch (error) {
      this.#o.log?.('error', `serf: Failed to write snapshot: ${errorText(error)}`);
    }
  }

  /** Tries the members of the last run, in random order, until one answers. */
  #rejoin(random: Random): void {
    const known = [...(this.#snapshot?.restored.alive ?? [])].filter(([name]) => name !== this.#o.name);
    const tryNext = async (): Promise<void> => {
      while (known.length > 0) {
        const [picked] = known.splice(random.below(known.length), 1);
        if (picked === undefined || this.#isShutDown) return;
        this.#o.log?.('info', `serf: Attempting re-join to previously known node: ${picked[0]}: ${picked[1]}`);
        const errors: Error[] = [];
        if ((await this.#joinOne(picked[1], false, errors)) > 0) {
          this.#o.log?.('info', `serf: Re-joined to previously known node: ${picked[0]}: ${picked[1]}`);
          return;
        }
      }
      this.#o.log?.('warn', 'serf: Failed to re-join any previously known node');
    };
    if (known.length > 0) tryNext().catch((error: unknown) => this.#o.log?.('warn', `serf: Failed to re-join: ${errorText(error)}`));
  }
}

function configOf(o: SerfOptions, advertise: Endpoint, security: WireSecurity, snapshot: SnapshotFile | null): SerfConfig {
  const label = Buffer.byteLength(security.label);
  const isSealed = isEncrypted(security) && security.verifyOutgoing;
  const base = profiles[o.profile ?? 'lan'];
  return {
    ...consulSerfTimes, ...o.times, name: o.name, advertise, tags: o.tags, swim: {...base, ...o.swim},
    delegateProtocol: o.delegateProtocol ?? consulSerfTimes.delegateProtocol,
    delegateProtocolMax: consulSerfTimes.delegateProtocolMax,
    resolvesNameConflicts: o.resolvesNameConflicts ?? true, mergeCheck: o.mergeCheck ?? null,
    reapAfterMs: o.reapAfterMs ?? (() => undefined), refuseAddress: o.refuseAddress ?? (() => null),
    restored: snapshot?.restored ?? {clock: 0, eventClock: 0, queryClock: 0},
    overheadBytes: (label > 0 ? 2 + label : 0) + (isSealed ? encryptionOverheadBytes : 0),
  };
}

function throwIf(error: Error | null): void {
  if (error !== null) throw error;
}
