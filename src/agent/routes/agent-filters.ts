import ipaddr from 'ipaddr.js';
import {accessLogsFields, addressFields, proxyParts, transparentProxyFields, upstreamParts, weightsFields} from '../../catalog/filters.ts';
import {derived, listOf, listOfRecords, mapOf, pointer, record} from '../../filter/composite-fields.ts';
import {RecordFilter} from '../../filter/record-filter.ts';
import {bool, int, text, uint} from '../../filter/scalar-fields.ts';
import {type TypeOf} from '../../schema/struct.ts';
import {type AgentService, type Proxy, type Upstream} from './agent-json.ts';
import {type ShownMember} from './shown-member.ts';

const proxyFields = record<TypeOf<typeof Proxy>>({
  ...proxyParts,
  Upstreams: listOfRecords(record<TypeOf<typeof Upstream>>(upstreamParts)),
  TransparentProxy: pointer(transparentProxyFields),
  AccessLogs: pointer(accessLogsFields),
});

/** `/v1/agent/services`: as they are shown. */
export const agentServiceFilter = new RecordFilter<AgentService>(record<AgentService>({
  Kind: text,
  ID: text,
  Service: text,
  Tags: listOf(text),
  Meta: mapOf(text),
  Port: int(),
  Address: text,
  SocketPath: text,
  TaggedAddresses: addressFields,
  Weights: weightsFields,
  EnableTagOverride: bool,
  Proxy: pointer(proxyFields),
  Connect: pointer(record<NonNullable<AgentService['Connect']>>({Native: bool})),
  PeerName: text,
}));

const bytesOfAddress = (address: string): readonly number[] => ipaddr.parse(address).toByteArray();

/** `/v1/agent/members`. An address is the list of its bytes there. */
export const memberFilter = new RecordFilter<ShownMember>(record<ShownMember>({
  Name: text,
  Addr: derived(bytesOfAddress, listOf(uint(8))),
  Port: uint(16),
  Tags: derived((tags: ShownMember['Tags']) => new Map(Object.entries(tags)), mapOf(text)),
  Status: int(),
  ProtocolMin: uint(8),
  ProtocolMax: uint(8),
  ProtocolCur: uint(8),
  DelegateMin: uint(8),
  DelegateMax: uint(8),
  DelegateCur: uint(8),
}));
