import {checkServiceNodeMessage} from '../catalog/protobuf.ts';
import {CheckServiceNode} from '../catalog/schema.ts';
import {type EntryMessage, entryMessage} from '../config-entry/protobuf/config-entry.ts';
import {type Sliced} from '../runtime/slices.ts';
import {bool, message, nested, nullableNested, repeated, signed, text, unsigned} from '../schema/protobuf.ts';
import {ProtobufReader} from '../wire/protobuf-reader.ts';
import {wireType} from '../wire/protobuf-writer.ts';

/** subscribe.proto (rpc-raft.md §10): what a subscriber asks for, and the events it is sent. */

/** What may be subscribed to. */
export const topic = {
  serviceHealth: 1, serviceHealthConnect: 2, meshConfig: 3, serviceResolver: 4, ingressGateway: 5, serviceIntentions: 6, serviceList: 7, serviceDefaults: 8, apiGateway: 9,
  tcpRoute: 10, httpRoute: 11, inlineCertificate: 12, boundApiGateway: 13, ipRateLimit: 14, samenessGroup: 15, jwtProvider: 16, exportedServices: 17,
  fileSystemCertificate: 18,
} as const;

/** One thing of a topic. Names of namespaces, partitions and peers are of no use yet. */
export interface NamedSubject {
  Key: string;
  PeerName: string;
}

export interface SubscribeRequest {
  Topic: number;
  /** Clients older than NamedSubject say it here. */
  Key: string;
  Token: string;
  /** Index of the last event received; 0: none. */
  Index: number;
  Datacenter: string;
  PeerName: string;
  WildcardSubject: boolean;
  NamedSubject: NamedSubject | null;
}

const namedSubjectMessage = message<NamedSubject>(() => ({Key: '', PeerName: ''}), (field) => [field(1, 'Key', text), field(4, 'PeerName', text)]);

export const subscribeRequestMessage = message<SubscribeRequest>(
  () => ({Topic: 0, Key: '', Token: '', Index: 0, Datacenter: '', PeerName: '', WildcardSubject: false, NamedSubject: null}),
  (field) => [
    field(1, 'Topic', signed),
    field(2, 'Key', text),
    field(3, 'Token', text),
    field(4, 'Index', unsigned),
    field(5, 'Datacenter', text),
    field(8, 'PeerName', text),
    field(9, 'WildcardSubject', bool),
    field(10, 'NamedSubject', nullableNested(namedSubjectMessage)),
  ],
);

export const healthOp = {register: 0, deregister: 1} as const;

/** An instance is there, and this is how; or it is gone, and only its keys are told. */
export interface HealthUpdate {
  Op: number;
  CheckServiceNode: CheckServiceNode;
}

/** A name that services have is there, or is not any longer. */
export interface ServiceUpdate {
  Op: number;
  Name: string;
  PeerName: string;
}

export const entryOp = {upsert: 0, delete: 1} as const;

/** A configuration entry is there, and this is how; or it is gone, and this is how it was. */
export interface ConfigEntryUpdate {
  Op: number;
  ConfigEntry: EntryMessage;
}

export interface StreamEvent {
  Index: number;
  EndOfSnapshot: boolean;
  NewSnapshotToFollow: boolean;
  EventBatch: EventBatch | null;
  ServiceHealth: HealthUpdate | null;
  ConfigEntry: ConfigEntryUpdate | null;
  Service: ServiceUpdate | null;
}

export interface EventBatch {
  Events: readonly StreamEvent[] | null;
}

/** Numbers of the fields that a batch is made of: of an event, its batch; of a batch, its events. */
export const batchField = {batch: 4, events: 1} as const;
const batchTag = batchField.batch * 8 + wireType.bytes;
const batchedEventTag = batchField.events * 8 + wireType.bytes;

const noEvent = (): StreamEvent => ({Index: 0, EndOfSnapshot: false, NewSnapshotToFollow: false, EventBatch: null, ServiceHealth: null, ConfigEntry: null, Service: null});

const healthUpdateMessage = message<HealthUpdate>(() => ({Op: healthOp.register, CheckServiceNode: CheckServiceNode.zero()}), (field) => [
  field(1, 'Op', signed),
  field(2, 'CheckServiceNode', nested(checkServiceNodeMessage)),
]);

const entryUpdateMessage = message<ConfigEntryUpdate>(() => ({Op: entryOp.upsert, ConfigEntry: entryMessage.zero()}), (field) => [
  field(1, 'Op', signed),
  field(2, 'ConfigEntry', nested(entryMessage)),
]);

const serviceUpdateMessage = message<ServiceUpdate>(() => ({Op: healthOp.register, Name: '', PeerName: ''}), (field) => [
  field(1, 'Op', signed),
  field(2, 'Name', text),
  field.empty(3),
  field(4, 'PeerName', text),
]);

const bareEventFields = message<StreamEvent>(noEvent, (field) => [
  field(1, 'Index', unsigned),
  field(10, 'ServiceHealth', nullableNested(healthUpdateMessage)),
  field(11, 'ConfigEntry', nullableNested(entryUpdateMessage)),
  field(12, 'Service', nullableNested(serviceUpdateMessage)),
]);

const eventBatchMessage = message<EventBatch>(() => ({Events: null}), (field) => [field(batchField.events, 'Events', repeated(nested(bareEventFields)))]);

/** Batches hold bare events, never batches. */
export const eventMessage = message<StreamEvent>(noEvent, (field) => [
  field(1, 'Index', unsigned),
  field(2, 'EndOfSnapshot', bool),
  field(3, 'NewSnapshotToFollow', bool),
  field(batchField.batch, 'EventBatch', nullableNested(eventBatchMessage)),
  field(10, 'ServiceHealth', nullableNested(healthUpdateMessage)),
  field(11, 'ConfigEntry', nullableNested(entryUpdateMessage)),
  field(12, 'Service', nullableNested(serviceUpdateMessage)),
]);

/** As `eventMessage.decode`, as sliced work: a batch may be long. @throws ProtobufError */
export function* decodeEvent(bytes: Uint8Array): Sliced<StreamEvent> {
  const event = noEvent();
  const reader = new ProtobufReader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag !== batchTag) eventMessage.readField(reader, tag, event);
    else event.EventBatch = {Events: yield* decodeBatch(reader.readBytes(), event.EventBatch?.Events ?? null)};
  }
  return event;
}

/** @param before what came of the batch: a message may come in several parts */
function* decodeBatch(bytes: Uint8Array, before: EventBatch['Events']): Sliced<EventBatch['Events']> {
  const batch: EventBatch = {Events: null};
  const events = [...(before ?? [])];
  const reader = new ProtobufReader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === batchedEventTag) events.push(bareEventFields.decode(reader.readBytes()));
    else eventBatchMessage.readField(reader, tag, batch);
    yield;
  }
  return events.length === 0 ? before : events;
}

/** An event with one thing set. */
export function streamEvent(set: Partial<StreamEvent>): StreamEvent {
  return {...noEvent(), ...set};
}
