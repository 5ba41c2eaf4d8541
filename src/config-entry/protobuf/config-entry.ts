import {message, nullableNested, type ProtoField, text} from '../../schema/protobuf.ts';
import {enumeration} from '../../schema/protobuf-values.ts';
import {type RaftIndex, raftIndexMessage} from '../../schema/rpc-common.ts';
import {type ConfigEntryBody} from '../entries/kinds.ts';
import {type ConfigEntry} from '../schema.ts';
import {apiGateway, boundApiGateway, fileSystemCertificate, httpRoute, ingressGateway, inlineCertificate, tcpRoute} from './gateways.ts';
import {exportedServices, jwtProvider, mesh} from './mesh.ts';
import {serviceDefaults, serviceIntentions, serviceResolver} from './services.ts';

/** Kinds of entries that may be followed, in the order of their numbers, which begin with 1. */
const kinds = [
  'mesh', 'service-resolver', 'ingress-gateway', 'service-intentions', 'service-defaults', 'inline-certificate', 'api-gateway', 'bound-api-gateway', 'http-route',
  'tcp-route', 'sameness-group', 'jwt-provider', 'exported-services', 'file-system-certificate',
] as const;
/** Groups of Consul Enterprise have a number and never an entry. */
type FollowedKind = Exclude<(typeof kinds)[number], 'sameness-group'>;

/** An entry as a subscriber is told of it: the one body that is not null is that of its kind. */
export type EntryMessage = {Kind: string; Name: string} & RaftIndex & {[K in FollowedKind]: ConfigEntryBody<K> | null};

const noEntry = (): EntryMessage => ({
  Kind: '', Name: '', CreateIndex: 0, ModifyIndex: 0,
  'mesh': null, 'service-resolver': null, 'ingress-gateway': null, 'service-intentions': null, 'service-defaults': null, 'inline-certificate': null, 'api-gateway': null,
  'bound-api-gateway': null, 'http-route': null, 'tcp-route': null, 'jwt-provider': null, 'exported-services': null, 'file-system-certificate': null,
});

export const entryMessage = message<EntryMessage>(noEntry, (field): readonly ProtoField<EntryMessage>[] => [
  field(1, 'Kind', enumeration(['', ...kinds])),
  field(2, 'Name', text),
  field.empty(3),
  field.embedded(4, raftIndexMessage),
  field(5, 'mesh', nullableNested(mesh)),
  field(6, 'service-resolver', nullableNested(serviceResolver)),
  field(7, 'ingress-gateway', nullableNested(ingressGateway)),
  field(8, 'service-intentions', nullableNested(serviceIntentions)),
  field(9, 'service-defaults', nullableNested(serviceDefaults)),
  field(10, 'api-gateway', nullableNested(apiGateway)),
  field(11, 'bound-api-gateway', nullableNested(boundApiGateway)),
  field(12, 'tcp-route', nullableNested(tcpRoute)),
  field(13, 'http-route', nullableNested(httpRoute)),
  field(14, 'inline-certificate', nullableNested(inlineCertificate)),
  field(16, 'jwt-provider', nullableNested(jwtProvider)),
  field(17, 'exported-services', nullableNested(exportedServices)),
  field(18, 'file-system-certificate', nullableNested(fileSystemCertificate)),
]);

/** What a subscriber is told of an entry; of kinds that cannot be followed it is no more than where it stands. */
export function messageOf({Kind, Name, body}: ConfigEntry): EntryMessage {
  return {...noEntry(), Kind, Name, CreateIndex: body.CreateIndex, ModifyIndex: body.ModifyIndex, ...(Kind in noEntry() && {[Kind]: body})};
}
