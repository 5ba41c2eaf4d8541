import {errorText} from '../../runtime/thrown.ts';
import {queryBytesMax, queryResponseBytesMax} from '../limits.ts';
import {type SwimNodeView, protocolMax} from '../swim/node-state.ts';
import {KeyRequest, MemberRecord, Query, QueryResponse, RelayHeader} from '../wire/serf-schema.ts';
import {MsgpackReader} from '../../wire/msgpack-reader.ts';
import {EventRing} from './event-ring.ts';
import {memberOf, statusNumber} from './member.ts';
import {encodeFilters, passesFilter} from './query-filter.ts';
import {type SerfContext} from './serf-context.ts';
import {type QueryBody, queryFlag, type QueryResponseBody, serfType} from './serf-message.ts';
import {type IncomingQuery, type QueryParams} from './serf-step.ts';

/** Where the answers to one of our queries go. */
export interface QuerySink {
  ack(from: string): void;
  answer(from: string, payload: string): void;
  end(): void;
}

interface OwnQuery {
  readonly id: number;
  readonly sink: QuerySink;
  readonly acked: Set<string>;
  readonly answered: Set<string>;
}

const internalPrefix = '_serf_';
const relayProtocol = 5;

/** Queries: ours, and those of others [gossip.md §12.3]. */
export class Queries {
  readonly ring = new EventRing<number>((a, b) => a === b);
  readonly #context: SerfContext;
  readonly #own = new Map<string, OwnQuery>();

  constructor(context: SerfContext) {
    this.#context = context;
  }

  /** Time for answers: longer in larger pools. */
  #timeoutMs(): number {
    const {config, liveCount} = this.#context;
    return config.swim.gossipIntervalMs * config.queryTimeoutMult * Math.ceil(Math.log10(liveCount + 1));
  }

  /** @throws Error when the query is too large */
  ask(params: QueryParams, sink: QuerySink): void {
    const {config, swim, queries} = this.#context;
    const timeoutMs = this.#timeoutMs();
    const body: QueryBody = {
      Addr: config.advertise.addr, Filters: encodeFilters(params), Flags: params.wantsAck === true ? queryFlag.ack : 0,
      ID: swim.random.uint32() >>> 1, LTime: this.ring.clock.time, Name: params.name,
      Payload: params.payload === '' ? null : params.payload, Port: config.advertise.port,
      RelayFactor: params.relayFactor ?? 0, SourceNode: config.name, Timeout: Math.round(timeoutMs * 1e6),
    };
    const encoded = Query.toMsgpack(body, {typeByte: serfType.query});
    if (encoded.length > queryBytesMax) throw new Error(`query exceeds limit of ${queryBytesMax} bytes`);
    const key = `${body.LTime}/${body.ID}`;
    this.#own.set(key, {id: body.ID, sink, acked: new Set(), answered: new Set()});
    swim.after(timeoutMs, () => {
      this.#own.delete(key);
      sink.end();
    });
    this.take(body);
    this.#context.broadcast(queries, encoded);
  }

  /** Takes a query in; true if it must be passed on. */
  take(body: QueryBody): boolean {
    if (!this.ring.admit(body.LTime, body.ID)) return false;
    const passOn = (body.Flags & queryFlag.noBroadcast) === 0;
    if (!this.#isForUs(body)) return passOn;
    const query: IncomingQuery = {body, deadlineMs: this.#context.nowMs + body.Timeout / 1e6, answered: false};
    if ((body.Flags & queryFlag.ack) !== 0) this.#respond(query, queryFlag.ack, null);
    if (body.Name.startsWith(internalPrefix)) this.#internal(query);
    else {
      this.#context.emit({kind: 'event', event: {type: 'query', name: body.Name, payload: body.Payload ?? '', ltime: body.LTime, query}});
    }
    return passOn;
  }

  /** @throws Error when the answer is too large, late, or the second */
  answer(query: IncomingQuery, payload: string): void {
    if (query.answered) throw new Error('response already sent');
    if (this.#context.nowMs > query.deadlineMs) throw new Error('response is past the deadline');
    this.#respond(query, 0, payload === '' ? null : payload);
    query.answered = true;
  }

  response(body: QueryResponseBody): void {
    const query = this.#own.get(`${body.LTime}/${body.ID}`);
    if (query === undefined) {
      this.#context.log('debug', `reply for non-running query (LTime: ${body.LTime}, ID: ${body.ID}) From: ${body.From}`);
      return;
    }
    const isAck = (body.Flags & queryFlag.ack) !== 0;
    const seen = isAck ? query.acked : query.answered;
    if (seen.has(body.From) || seen.size > this.#context.members.size) return;
    seen.add(body.From);
    if (isAck) query.sink.ack(body.From);
    else query.sink.answer(body.From, body.Payload ?? '');
  }

  /** Passes on what another member asked us to. */
  relay(bytes: Uint8Array): void {
    const reader = new MsgpackReader(bytes, 1);
    const {DestAddr} = RelayHeader.readMsgpack(reader);
    if (DestAddr.IP.length !== 4 && DestAddr.IP.length !== 16) return;
    this.#context.swim.sendUser({addr: DestAddr.IP, port: DestAddr.Port}, bytes.subarray(reader.pos));
  }

  #isForUs(body: QueryBody): boolean {
    const {config, members} = this.#context;
    const tags = members.get(config.name)?.tags ?? config.tags;
    try {
      return (body.Filters ?? []).every((filter) => passesFilter(filter, config.name, tags));
    } catch (error) {
      this.#context.log('warn', `Failed to process query filter: ${errorText(error)}`, 'query filter');
      return false;
    }
  }

  #respond(query: IncomingQuery, flags: number, payload: string | null): void {
    const {config, swim, members} = this.#context;
    const {body} = query;
    const response = this.#encodeResponse(body, flags, payload);
    if (response.length > queryResponseBytesMax) throw new Error(`response exceeds limit of ${queryResponseBytesMax} bytes`);
    if (body.Addr.length !== 4 && body.Addr.length !== 16) return;
    const to = {addr: body.Addr, port: body.Port};
    swim.sendUser(to, response);
    if (body.RelayFactor === 0 || members.size < body.RelayFactor + 1) return;
    const header = RelayHeader.toMsgpack({DestAddr: {IP: to.addr, Port: to.port, Zone: ''}, DestName: body.SourceNode},
      {typeByte: serfType.relay});
    const relayed = Buffer.concat([header, response]);
    const fits = (node: SwimNodeView): boolean => node.name !== config.name && node.name !== body.SourceNode &&
      members.get(node.name)?.status === 'alive' && protocolMax(node) >= relayProtocol;
    for (const node of swim.pickRandom(body.RelayFactor, fits)) swim.sendUser(node.endpoint, relayed);
  }

  #internal(query: IncomingQuery): void {
    const operation = query.body.Name.slice(internalPrefix.length);
    switch (operation) {
      case 'ping': return;
      case 'conflict': return this.#conflict(query);
      case 'install-key':
      case 'use-key':
      case 'remove-key':
      case 'list-keys': {
        const bytes = Buffer.from(query.body.Payload ?? '', 'latin1');
        const key = bytes.length > 1 ? KeyRequest.fromMsgpack(bytes, 1).Key : '';
        this.#context.emit({kind: 'key-query', operation, key, query, payloadBytesMax: this.#payloadBytesMax(query)});
        return;
      }
      default: this.#context.log('warn', `Unhandled internal query '${query.body.Name}'`, 'internal query');
    }
  }

  /** What one answer to a query may hold: its frame has names and numbers of the query in it. */
  #payloadBytesMax({body}: IncomingQuery): number {
    const frame = this.#encodeResponse(body, 0, 'x'.repeat(queryResponseBytesMax >> 1));
    return queryResponseBytesMax - (frame.length - (queryResponseBytesMax >> 1));
  }

  #encodeResponse(body: QueryBody, flags: number, payload: string | null): Buffer {
    const {name} = this.#context.config;
    return QueryResponse.toMsgpack({Flags: flags, From: name, ID: body.ID, LTime: body.LTime, Payload: payload}, {typeByte: serfType.queryResponse});
  }

  /** Says what we know of the member whose name is in question; we do not vote about our own. */
  #conflict(query: IncomingQuery): void {
    const {config, members} = this.#context;
    const name = Buffer.from(query.body.Payload ?? '', 'latin1').toString();
    if (name === config.name) return;
    const row = members.get(name);
    if (row === undefined) return this.answer(query, `${String.fromCharCode(serfType.conflictResponse)}\xc0`);
    const m = memberOf(row);
    const record = MemberRecord.toMsgpack({
      Addr: m.endpoint.addr, DelegateCur: m.delegateCur, DelegateMax: m.delegateMax, DelegateMin: m.delegateMin, Name: name,
      Port: m.endpoint.port, ProtocolCur: m.protocolCur, ProtocolMax: m.protocolMax, ProtocolMin: m.protocolMin,
      Status: statusNumber[row.status], Tags: row.tags,
    }, {typeByte: serfType.conflictResponse});
    this.answer(query, record.toString('latin1'));
  }
}
