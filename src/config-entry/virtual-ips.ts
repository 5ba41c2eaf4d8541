import {isBehindTerminatingGateway} from '../catalog/gateway-tables.ts';
import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {RaftIndex} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, bytes, list, str} from '../schema/types.ts';
import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {PeeredServiceName} from './entries/entry-parts.ts';
import {systemMetadata} from './system-metadata.ts';
import {configEntry} from './state.ts';

/** Kinds of entries that give the service they are named for a virtual address, as an instance in the mesh does. */
const kindsWithVirtualIp = ['service-resolver', 'service-router', 'service-splitter', 'service-defaults', 'service-intentions'] as const;

/** A service's address in 240.0.0.0/4, as an offset from its start in the low four bytes of sixteen (rpc-raft.md §15). */
export const ServiceVirtualIP = struct(
  'ServiceVirtualIP',
  {Service: PeeredServiceName, IP: bytes, ManualIPs: list(str), ...embed(RaftIndex)},
  {goType: 'state.ServiceVirtualIP'},
);
type ServiceVirtualIP = TypeOf<typeof ServiceVirtualIP>;

/** The offset that was given back last, or (the counter) the highest that was ever given out. */
export const FreeVirtualIP = struct('FreeVirtualIP', {IP: bytes, IsCounter: bool}, {goType: 'state.FreeVirtualIP'});
type FreeVirtualIP = TypeOf<typeof FreeVirtualIP>;

const VirtualIps = defineTable({name: 'service-virtual-ips', key: ({Service}: ServiceVirtualIP) => virtualIpKey(Service.ServiceName.Name, Service.Peer)});
/** One of each: as in Consul, an offset that is given back takes the place of the one given back before. */
const FreeVirtualIps = defineTable({name: 'free-virtual-ips', key: ({IsCounter}: FreeVirtualIP) => (IsCounter ? 'counter' : '')});

const mappedPrefix = '\0'.repeat(10) + '\xff\xff';
/** 240.0.0.0/4, less the broadcast address. */
const offsetMax = 0x0fff_fffe;

/** The virtual address of a service, `240.0.0.1`; undefined when it has none. @param peer the one it was imported from, if any */
export function virtualIpOf(reader: Reader, service: string, peer = ''): string | undefined {
  const row = reader.get(VirtualIps, virtualIpKey(service, peer));
  return row === undefined ? undefined : addressOf(row.IP);
}

/**
 * Gives a service its virtual address, if the servers have agreed to give such: the one given back last, else the
 * next. @returns the address; undefined when there are none yet; an error when all are taken
 */
export function assignVirtualIp(context: ApplyContext, service: string, peer = ''): string | undefined | ConsulError {
  const {tx, index} = context;
  if (systemMetadata(tx, 'virtual-ips') === undefined) return undefined;
  const existing = virtualIpOf(tx, service, peer);
  if (existing !== undefined) return existing;
  const free = tx.all(FreeVirtualIps).toArray();
  const reused = free.find(({IsCounter}) => !IsCounter);
  if (reused !== undefined) tx.delete(FreeVirtualIps, FreeVirtualIps.keyOf(reused));
  const IP = reused?.IP ?? count(context, free.find(({IsCounter}) => IsCounter));
  if (IP instanceof ConsulError) return IP;
  tx.put(VirtualIps, {Service: {ServiceName: {Name: service}, Peer: peer}, IP, ManualIPs: null, CreateIndex: index, ModifyIndex: index});
  bump(context, peer);
  return addressOf(IP);
}

/**
 * Type 43 of the log: further addresses that a service goes by, which are taken from whoever had them. A service
 * without an address of its own gets none.
 */
export const virtualIpCommand = command<ServiceVirtualIP>({
  type: 43,
  name: 'UpdateVirtualIP',
  decode: (body) => ServiceVirtualIP.fromMsgpack(body),
  apply: setManualIps,
});

function setManualIps({tx, index}: ApplyContext, {Service, ManualIPs}: ServiceVirtualIP): {Found: boolean; UnassignedFrom: readonly PeeredServiceName[] | null} {
  const key = virtualIpKey(Service.ServiceName.Name, Service.Peer);
  const row = tx.get(VirtualIps, key);
  if (row === undefined) return {Found: false, UnassignedFrom: null};
  const wanted = new Set(ManualIPs ?? []);
  const losers = tx.all(VirtualIps).toArray().filter((other) => VirtualIps.keyOf(other) !== key && other.ManualIPs?.some((ip) => wanted.has(ip)) === true);
  for (const loser of losers) tx.put(VirtualIps, {...loser, ManualIPs: (loser.ManualIPs ?? []).filter((ip) => !wanted.has(ip)), ModifyIndex: index});
  tx.put(VirtualIps, {...row, ManualIPs, ModifyIndex: index});
  tx.setIndex(VirtualIps.name, index);
  return {Found: true, UnassignedFrom: losers.length === 0 ? null : losers.map((loser) => loser.Service)};
}

/** Takes the address back from a service of which no instance is left, unless a configuration entry or a gateway still names it. */
export function releaseVirtualIp(context: ApplyContext, service: string, peer = ''): void {
  const {tx} = context;
  if (peer === '' && (isBehindTerminatingGateway(tx, service) || isNamedByEntry(tx, service))) return;
  takeBack(context, service, peer);
}

/** The same of one that a terminating gateway led to, whatever that gateway leads to now. */
export function releaseUnlinkedVirtualIp(context: ApplyContext, service: string, gateway: string): void {
  const {tx} = context;
  if (!isBehindTerminatingGateway(tx, service, gateway) && !isNamedByEntry(tx, service)) takeBack(context, service, '');
}

function takeBack(context: ApplyContext, service: string, peer: string): void {
  const {tx} = context;
  const row = tx.delete(VirtualIps, virtualIpKey(service, peer));
  if (row === undefined) return;
  tx.put(FreeVirtualIps, {IP: row.IP, IsCounter: false});
  bump(context, peer);
}

function isNamedByEntry(reader: Reader, service: string): boolean {
  return kindsWithVirtualIp.some((kind) => configEntry(reader, kind, service) !== undefined);
}

function bump({tx, index}: ApplyContext, peer: string): void {
  tx.setIndex(VirtualIps.name, index);
  if (peer !== '') tx.setIndex(`${VirtualIps.name}.imported`, index);
}

/** Whether an entry of this kind gives the service it is named for a virtual address. */
export function givesVirtualIp(kind: string, name: string): boolean {
  return name !== '*' && kindsWithVirtualIp.some((giving) => giving === kind);
}

function count({tx}: ApplyContext, counter: FreeVirtualIP | undefined): string | ConsulError {
  const offset = (counter === undefined ? 0 : offsetOf(counter.IP)) + 1;
  if (offset > offsetMax) return new ConsulError('cannot allocate any more unique service virtual IPs');
  if (counter !== undefined) tx.delete(FreeVirtualIps, FreeVirtualIps.keyOf(counter));
  const IP = mappedPrefix + String.fromCharCode(offset >>> 24, (offset >>> 16) & 0xff, (offset >>> 8) & 0xff, offset & 0xff);
  tx.put(FreeVirtualIps, {IP, IsCounter: true});
  return IP;
}

function virtualIpKey(service: string, peer = ''): string {
  return `${service.toLowerCase()}\0${peer.toLowerCase()}`;
}

function offsetOf(ip: string): number {
  return Buffer.from(ip.slice(-4), 'latin1').readUInt32BE(0);
}

function addressOf(ip: string): string {
  const offset = offsetOf(ip);
  return [240 + (offset >>> 24), (offset >>> 16) & 0xff, (offset >>> 8) & 0xff, offset & 0xff].join('.');
}

/** Records 32 and 33 (rpc-raft.md §17). */
export const virtualIpRecords: SnapshotRecords = {
  types: [32, 33],
  order: 1,
  *write(view) {
    for (const row of view.all(VirtualIps)) yield {type: 32, value: ServiceVirtualIP.toMsgpack(row)};
    for (const row of view.all(FreeVirtualIps)) yield {type: 33, value: FreeVirtualIP.toMsgpack(row)};
  },
  restore(tx, type, value) {
    if (type === 32) tx.put(VirtualIps, ServiceVirtualIP.fromMsgpack(value));
    else tx.put(FreeVirtualIps, FreeVirtualIP.fromMsgpack(value));
  },
};
