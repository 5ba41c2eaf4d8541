import {ACLAuthMethod, ACLBindingRule, ACLPolicy, ACLRole, ACLToken} from '../../../acl/schema.ts';
import {RegisterRequest} from '../../../catalog/schema.ts';
import {FederationStateRequest} from '../../../config-entry/federation-states.ts';
import {ConfigEntryRequest} from '../../../config-entry/schema.ts';
import {SystemMetadataEntry} from '../../../config-entry/system-metadata.ts';
import {FreeVirtualIP, ServiceVirtualIP} from '../../../config-entry/virtual-ips.ts';
import {CAConfiguration, CAConsulProviderState, CARequest, CARoot} from '../../../connect/schema.ts';
import {NodeCoordinate} from '../../../coordinate/schema.ts';
import {DirEntry, KvsRequest, TombstoneRequest} from '../../../kv/schema.ts';
import {AutopilotConfig} from '../../../operator/schema.ts';
import {PreparedQuery, PreparedQueryRequest} from '../../../query/schema.ts';
import {Session, SessionRequest} from '../../../session/schema.ts';
import {type Type} from '../../../schema/type.ts';
import {any, bytes, list} from '../../../schema/types.ts';
import {decodeChunking} from '../../../server/chunking-record.ts';
import {IndexEntry} from '../../../server/index-records.ts';
import {byteStringOf} from '../../../wire/byte-string.ts';

const addressBytes = 4;

type Show = (value: Buffer) => string;

/** A record that is the struct itself. */
const as = <T>(type: Type<T>): Show => (value) => type.toJson(type.fromMsgpack(value));

/**
 * How each record of a snapshot is shown, by its type. Some records hold a thing where the log has a request for it; they
 * are shown as requests, as by 1.21.4, but with the thing in it, where 1.21.4 shows an empty one.
 */
const shows: ReadonlyMap<number, Show> = new Map<number, Show>([
  [0, as(RegisterRequest)],
  [2, (value) => KvsRequest.toJson(KvsRequest.make({DirEnt: DirEntry.fromMsgpack(value)}))],
  [3, (value) => SessionRequest.toJson(SessionRequest.make({Session: Session.fromMsgpack(value)}))],
  [5, tombstone],
  [6, as(list(NodeCoordinate))],
  [7, (value) => PreparedQueryRequest.toJson(PreparedQueryRequest.make({Query: PreparedQuery.fromMsgpack(value)}))],
  [9, autopilot],
  [13, (value) => CARequest.toJson(CARequest.make({Roots: [CARoot.fromMsgpack(value)]}))],
  [14, as(CAConsulProviderState)],
  [15, as(CAConfiguration)],
  [16, as(IndexEntry)],
  [17, as(ACLToken)],
  [19, as(ACLPolicy)],
  [22, as(ConfigEntryRequest)],
  [23, as(ACLRole)],
  [25, as(ACLBindingRule)],
  [27, as(ACLAuthMethod)],
  [29, chunking],
  [30, as(FederationStateRequest)],
  [31, as(SystemMetadataEntry)],
  [32, (value) => withAddress(ServiceVirtualIP.fromMsgpack(value), ServiceVirtualIP)],
  [33, (value) => withAddress(FreeVirtualIP.fromMsgpack(value), FreeVirtualIP)],
  // Protobuf, shown in base64: peerings, what is known of their trust, their secrets, and resources.
  ...[35, 38, 40, 42].map((type) => [type, as(bytes)] as const),
]);

/** A record in JSON; what is of a kind that is not known here is shown as it stands. @throws MsgpackError; Error for a config entry of no kind */
export function recordJson(type: number, value: Buffer): string {
  return (shows.get(type) ?? as(any))(value);
}

/** A tombstone is a key and when it was deleted: the request to reap up to there, and what it is about. */
function tombstone(value: Buffer): string {
  const entry = DirEntry.fromMsgpack(value);
  const request = TombstoneRequest.toJson(TombstoneRequest.make({ReapIndex: entry.ModifyIndex}));
  return `${request.slice(0, -1)},"DirEnt":${DirEntry.toJson(entry)}}`;
}

/** Here durations are numbers of nanoseconds. */
function autopilot(value: Buffer): string {
  return JSON.stringify({Datacenter: '', Config: AutopilotConfig.fromMsgpack(value), CAS: false, Token: ''});
}

function chunking(value: Buffer): string {
  const parts = decodeChunking(value).map(({operation, sequence, count, term, data}) => {
    const json = `{"OpNum":${operation},"SequenceNum":${sequence},"NumChunks":${count},"Term":${term},"Data":"${Buffer.from(data).toString('base64')}"}`;
    return [operation, json] as const;
  });
  const operations = [...Map.groupBy(parts, ([operation]) => operation)].map(([operation, group]) => `"${operation}":[${group.map(([, json]) => json).join(',')}]`);
  return `{"ChunkMap":{${operations.join(',')}}}`;
}

/** The address is kept as four bytes behind zeros, and shown with points between them. */
function withAddress<T extends {readonly IP: string}>(row: T, type: Type<T>): string {
  const shown = Buffer.from(row.IP.slice(-addressBytes), 'latin1').join('.');
  const base64 = Buffer.from(byteStringOf(Buffer.from(row.IP, 'latin1')), 'latin1').toString('base64');
  return type.toJson(row).replace(`"IP":"${base64}"`, `"IP":"${shown}"`);
}
