import {DeregisterRequest, RegisterRequest} from '../../catalog/schema.ts';
import {type LocalCheck, type LocalEntry, type LocalService, type LocalState} from './local-state.ts';
import {type NodeInfo} from './node-info.ts';

/** One write that brings the catalog nearer to the local state. */
export interface SyncWrite {
  readonly subject: 'node' | 'service' | 'check';
  /** The service's or check's id; the node's name. */
  readonly id: string;
  /** One write of a lane at a time: a service, its checks and its removal must reach the catalog in order. */
  readonly lane: string;
  readonly call: {readonly kind: 'register'; readonly request: RegisterRequest} | {readonly kind: 'deregister'; readonly request: DeregisterRequest};
  /** What is in sync when it succeeds, each as it was when the write was made. */
  readonly covers: readonly {readonly entry: LocalEntry; readonly touched: number}[];
}

/** Which token a write carries (agent-checks.md §12). */
export interface SyncTokens {
  /** For node information and removals. */
  agent(): string;
  /** For registrations without a token of their own; other ones may hold for definitions of config files. */
  registration(entry: LocalEntry): string;
}

/** The write that puts the node itself into the catalog, by the agent's own token. */
export function nodeWrite(info: NodeInfo, tokens: SyncTokens): SyncWrite {
  return {subject: 'node', id: info.name, lane: '', call: {kind: 'register', request: registerRequest(info, {Token: tokens.agent()})}, covers: []};
}

/** The lane of an entry: that of its service, or its own. */
export function laneOf(entry: LocalEntry): string {
  const serviceId = entry.kind === 'service' ? entry.service.ID : entry.check.ServiceID;
  return entry.kind === 'check' && serviceId === '' ? `check:${entry.check.CheckID}` : `service:${serviceId}`;
}

/** The write for one dirty entry. A service takes its dirty checks of the same token along. */
export function writeFor(entry: LocalEntry, state: LocalState, info: NodeInfo, tokens: SyncTokens): SyncWrite {
  if (entry.deleted) return removal(entry, state, info, tokens);
  const Token = entry.token === '' ? tokens.registration(entry) : entry.token;
  const covered = entry.kind === 'service' ? [entry, ...checksAlong(entry, state)] : [entry];
  const checks = covered.filter((one): one is LocalCheck => one.kind === 'check').map(({check}) => check);
  const service = entry.kind === 'service' ? entry.service : (state.service(entry.check.ServiceID)?.service ?? null);
  for (const one of covered) state.markSending(one);
  return {
    subject: entry.kind,
    id: idOf(entry),
    lane: laneOf(entry),
    call: {
      kind: 'register',
      request: registerRequest(info, {
        Service: service,
        Check: checks.length === 1 ? (checks[0] ?? null) : null,
        Checks: checks.length > 1 ? checks : null,
        SkipNodeUpdate: true,
        Token,
      }),
    },
    covers: covered.map((one) => ({entry: one, touched: one.touched})),
  };
}

function removal(entry: LocalEntry, state: LocalState, info: NodeInfo, tokens: SyncTokens): SyncWrite {
  const request = DeregisterRequest.make({
    Datacenter: info.datacenter,
    Node: info.name,
    Token: tokens.agent(),
    ...(entry.kind === 'service' ? {ServiceID: entry.service.ID} : {CheckID: entry.check.CheckID}),
  });
  state.markSending(entry);
  return {subject: entry.kind, id: idOf(entry), lane: laneOf(entry), call: {kind: 'deregister', request}, covers: [{entry, touched: entry.touched}]};
}

function checksAlong(service: LocalService, state: LocalState): readonly LocalCheck[] {
  return state.checksOf(service.service.ID).filter(({mark, token}) => mark === 'dirty' && token === service.token);
}

function registerRequest(info: NodeInfo, set: Partial<RegisterRequest>): RegisterRequest {
  return RegisterRequest.make({
    Datacenter: info.datacenter,
    ID: info.id,
    Node: info.name,
    Address: info.address,
    TaggedAddresses: info.taggedAddresses,
    NodeMeta: info.meta,
    Locality: info.locality,
    ...set,
  });
}

function idOf(entry: LocalEntry): string {
  return entry.kind === 'service' ? entry.service.ID : entry.check.CheckID;
}
