import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {type Random} from '../runtime/random.ts';
import {type DnsConfig} from './dns-config.ts';
import {fitReply} from './fit-reply.ts';
import {KeptReplies, keptKey} from './kept-replies.ts';
import {cnameDepthMax} from './limits.ts';
import {type DnsLookups, NoSuchNameError} from './lookups.ts';
import {zoneOf} from './name/zone.ts';
import {prepareReply} from './prepared-reply.ts';
import {Recursors} from './recursors.ts';
import {reply, type Reply} from './reply.ts';
import {orderedReply} from './ordered-reply.ts';
import {type DnsClient, type StepContext} from './step.ts';
import {nxDomain, soaZone} from './steps/negative.ts';
import {ownStep} from './steps/own-step.ts';
import {reverseStep} from './steps/reverse-step.ts';
import {headerBytes, HeaderFlag, Rcode, RecordType, recordTypeName} from './wire/constants.ts';
import {type DnsQuery, readQuery, type RefusedQuery} from './wire/query-reader.ts';
import {type ResourceRecord} from './wire/resource-record.ts';

export interface DnsEngineOptions {
  readonly config: DnsConfig;
  readonly lookups: DnsLookups;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Bits of a refused request's second word that come back: all but QR, AA, Z and RCODE (dns.md §1.1). */
const refusedFlagsKept = 0x7bb0;

/** Bytes in, bytes out: the whole of DNS but the sockets. */
export class DnsEngine {
  readonly #options: DnsEngineOptions;
  readonly #kept = new KeptReplies();
  #config: DnsConfig;
  #recursors: Recursors;
  /** Moves on at each reload: what began before it is not kept. */
  #generation = 0;

  /** @throws Error `Invalid recursor address: …` */
  constructor(options: DnsEngineOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#recursors = new Recursors(options.config, options);
  }

  /** Takes a new configuration; questions under way end with the old one. @throws Error as the constructor does */
  reload(config: DnsConfig): void {
    this.#recursors = new Recursors(config, this.#options);
    this.#config = config;
    this.#generation++;
    this.#kept.clear();
  }

  /** The reply from what is kept: no decoding, no waiting. Null when the question must take the long way. */
  answerKept(message: Buffer, transport: 'udp' | 'tcp'): Buffer | null {
    const key = keptKey(message, transport);
    if (key === null) return null;
    const prepared = this.#kept.get(key);
    if (prepared === undefined) return null;
    return prepared.render(((message[0] ?? 0) << 8) | (message[1] ?? 0), Math.floor(this.#options.clock.wallMs() / 1000), this.#options.random);
  }

  /** @returns null for a message that gets no reply. Never rejects on account of what the message holds. */
  async answer(message: Buffer, client: DnsClient): Promise<Buffer | null> {
    const query = readQuery(message);
    if (query === null) return null;
    if (query.kind === 'refused') return refusal(query, message);
    const startedMs = this.#options.clock.nowMs();
    const context = this.#context(query, client, 0);
    const answered = await this.#answerQuery(context);
    this.#report(context, this.#options.clock.nowMs() - startedMs);
    return answered;
  }

  async #answerQuery(context: StepContext): Promise<Buffer> {
    const {query, client, zone, config} = context;
    const generation = this.#generation;
    let result: Reply;
    try {
      const local = await this.#local(context);
      if (local === null) return await this.#recurse(context);
      result = local;
    } catch (error) {
      result = this.#failure(error, context);
    }
    try {
      if (result.freshness !== null && generation === this.#generation) {
        const key = keptKey(query.message, client.transport);
        const prepared = key === null ? null : prepareReply(query, result, client.transport, config);
        if (key !== null && prepared !== null) this.#kept.put(key, prepared, result.freshness);
      }
      return this.#encode(query, orderedReply(result, this.#options.random), client.transport, config);
    } catch (error) {
      context.logger.error('failed to write reply', {name: query.name, error});
      return this.#encode(query, reply({rcode: Rcode.servFail, authoritative: zone.kind !== 'foreign'}), client.transport, config);
    }
  }

  /** The reply from our own zones; null for a name that others must know. */
  async #local(context: StepContext): Promise<Reply | null> {
    const {zone, config, query} = context;
    if (zone.kind === 'own') return ownStep({...context, zone});
    if (zone.kind === 'foreign') return null;
    const found = await reverseStep(context);
    if (found !== null) return found;
    if (config.recursors.length > 0) return null;
    const negative = nxDomain(config.domain, config);
    // A question for the SOA has one already, with or without a PTR: Consul then sends it twice.
    return query.type === RecordType.SOA ? {...negative, authority: [...negative.authority, ...negative.authority]} : negative;
  }

  async #recurse({query, client, config}: StepContext): Promise<Buffer> {
    if (config.recursors.length === 0) return this.#refuse(query);
    const relayed = await this.#recursors.forward(query.message, client.transport);
    return relayed ?? this.#encode(query, reply({rcode: Rcode.servFail, authoritative: false}), client.transport, config);
  }

  #refuse(query: DnsQuery): Buffer {
    const refused = reply({rcode: Rcode.refused, authoritative: false, withOpt: false});
    return this.#encode(query, refused, 'udp', this.#config);
  }

  #failure(error: unknown, {zone, config, logger, query}: StepContext): Reply {
    if (error instanceof NoSuchNameError) return nxDomain(zone.kind === 'own' ? soaZone({zone, config}) : config.domain, config);
    logger.error('error handling request', {name: query.name, error});
    return reply({rcode: Rcode.servFail});
  }

  #encode(query: DnsQuery, result: Reply, transport: 'udp' | 'tcp', config: DnsConfig): Buffer {
    const {message, timeOffsets} = fitReply(query, result, transport, config);
    for (const offset of timeOffsets) message.writeUInt32BE(Math.floor(this.#options.clock.wallMs() / 1000), offset);
    return message;
  }

  /** @param depth CNAMEs followed so far on the way to this question */
  #context(query: DnsQuery, client: DnsClient, depth: number): StepContext {
    const config = this.#config;
    const {lookups, logger} = this.#options;
    return {
      query, zone: zoneOf(query.name, config), client, config, lookups, logger,
      resolveCname: (target) => this.#resolveCname(target, query, client, depth),
    };
  }

  async #resolveCname(target: string, query: DnsQuery, client: DnsClient, depth: number): Promise<readonly ResourceRecord[]> {
    if (zoneOf(target, this.#config).kind !== 'own') return this.#recursors.isEmpty ? [] : this.#recursors.resolve(target);
    if (depth >= cnameDepthMax) {
      this.#options.logger.error("Infinite recursion detected for name, won't perform any CNAME resolution.", {name: target});
      return [];
    }
    const context = this.#context({...query, name: target, type: RecordType.ANY}, client, depth + 1);
    try {
      const found = await this.#local(context);
      return found === null ? [] : orderedReply(found, this.#options.random).answer;
    } catch (error) {
      this.#failure(error, context);
      return [];
    }
  }

  #report({query, client, logger}: StepContext, elapsedMs: number): void {
    if (!logger.enabled('debug')) return;
    logger.debug('request served from client', {
      name: query.name, type: recordTypeName(query.type), class: query.class === 1 ? 'IN' : `CLASS${query.class}`, latency: `${Math.round(elapsedMs * 1000)}µs`,
      client: `${client.address}:${client.port}`, client_network: client.transport,
    });
  }
}

/** A header alone, or with the question when that could be read. */
function refusal({id, flags, rcode, questionEnd}: RefusedQuery, message: Buffer): Buffer {
  const out = Buffer.alloc(questionEnd ?? headerBytes);
  if (questionEnd !== null) message.copy(out, 0, 0, questionEnd);
  out.writeUInt16BE(id, 0);
  out.writeUInt16BE((flags & refusedFlagsKept) | HeaderFlag.response | rcode, 2);
  out.writeUInt16BE(questionEnd === null ? 0 : 1, 4);
  out.fill(0, 6, headerBytes);
  return out;
}
