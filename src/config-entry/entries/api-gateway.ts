import {RaftIndex} from '../../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../../schema/struct.ts';
import {any, bool, custom, durationString, int, list, map, nullable, str, time, uint32} from '../../schema/types.ts';
import {type Type} from '../../schema/type.ts';
import {type MsgpackReader} from '../../wire/msgpack-reader.ts';
import {type MsgpackWriter} from '../../wire/msgpack-writer.ts';
import {entryEnd, ResourceReference, ServiceName} from './entry-parts.ts';

export const Condition = struct('Condition', {
  Type: str,
  Status: str,
  Reason: str,
  Message: str,
  Resource: nullable(ResourceReference),
  LastTransitionTime: nullable(time).omitEmpty(),
});
/** What the leader found out about an entry; users cannot write it. */
export const Status = struct('Status', {Conditions: list(Condition)});
type Status = TypeOf<typeof Status>;

/** Conditions stand in one order, whoever found them. */
export function sortedStatus({Conditions}: Status): Status {
  const orderOf = ({Type: type, Resource}: TypeOf<typeof Condition>) =>
    [type, Resource?.Kind ?? '', Resource?.Name ?? '', Resource?.SectionName ?? ''].join('\0');
  return {Conditions: Conditions === null ? null : [...Conditions].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))};
}

export const APIGatewayTLSConfiguration = struct('APIGatewayTLSConfiguration', {
  Certificates: list(ResourceReference),
  MaxVersion: str,
  MinVersion: str,
  CipherSuites: list(str),
});
/** Checks of JWTs at gateways are of Consul Enterprise: handed on as they come. */
export const APIGatewayPolicy = struct('APIGatewayPolicy', {JWT: any});
export const APIGatewayListener = struct('APIGatewayListener', {
  Name: str,
  Hostname: str,
  Port: int,
  Protocol: str,
  TLS: APIGatewayTLSConfiguration,
  Override: nullable(APIGatewayPolicy).omitEmpty(),
  Default: nullable(APIGatewayPolicy).omitEmpty(),
});

/** `api-gateway`: where a gateway listens; routes say what it does with what comes (mesh.md §6). */
export const APIGatewayConfigEntry = struct('APIGatewayConfigEntry', {
  Kind: str,
  Name: str,
  Listeners: list(APIGatewayListener),
  Status,
  ...entryEnd,
});
export type APIGatewayConfigEntry = TypeOf<typeof APIGatewayConfigEntry>;

/** Services of a gateway and the routes that lead to them: a Go map whose keys are structs. No JSON form but names. */
type RoutesOfServices = ReadonlyMap<string, readonly ResourceReference[] | null>;
const servicesByName: Type<RoutesOfServices | null> = custom<RoutesOfServices | null>({
  goType: 'structs.ServiceRouteReferences',
  zero: () => null,
  isEmpty: (value) => value === null || value.size === 0,
  writeMsgpack: (writer: MsgpackWriter, value) => {
    if (value === null) {
      writer.writeNil();
      return;
    }
    writer.writeMapHeader(value.size);
    for (const [Name, references] of value) {
      ServiceName.writeMsgpack(writer, {Name});
      list(ResourceReference).writeMsgpack(writer, references);
    }
  },
  readMsgpack: (reader: MsgpackReader) => {
    const size = reader.readMapHeader();
    if (size < 0) return null;
    const services = new Map<string, readonly ResourceReference[] | null>();
    reader.enter();
    for (let i = 0; i < size; i++) services.set(ServiceName.readMsgpack(reader).Name, list(ResourceReference).readMsgpack(reader));
    reader.leave();
    return services;
  },
  writeJson: (value) => map(list(ResourceReference)).writeJson(value),
  readJson: (node, context) => map(list(ResourceReference)).readJson(node, context),
});

export const BoundAPIGatewayListener = struct('BoundAPIGatewayListener', {
  Name: str,
  Routes: list(ResourceReference),
  Certificates: list(ResourceReference),
});

/** `bound-api-gateway`: the leader writes what routes are bound to a gateway's listeners. */
export const BoundAPIGatewayConfigEntry = struct('BoundAPIGatewayConfigEntry', {
  Kind: str,
  Name: str,
  Listeners: list(BoundAPIGatewayListener),
  Services: servicesByName,
  ...entryEnd,
});
export type BoundAPIGatewayConfigEntry = TypeOf<typeof BoundAPIGatewayConfigEntry>;

export const HTTPHeaderFilter = struct('HTTPHeaderFilter', {Add: map(str), Remove: list(str), Set: map(str)});
export const RetryFilter = struct('RetryFilter', {
  NumRetries: uint32,
  RetryOn: list(str),
  RetryOnStatusCodes: list(uint32),
  RetryOnConnectFailure: bool,
});
export const URLRewrite = struct('URLRewrite', {Path: str});
export const TimeoutFilter = struct('TimeoutFilter', {RequestTimeout: durationString, IdleTimeout: durationString});
export const HTTPFilters = struct('HTTPFilters', {
  Headers: list(HTTPHeaderFilter),
  URLRewrite: nullable(URLRewrite),
  RetryFilter: nullable(RetryFilter),
  TimeoutFilter: nullable(TimeoutFilter),
  JWT: any,
});
export const HTTPResponseFilters = struct('HTTPResponseFilters', {Headers: list(HTTPHeaderFilter)});
export const HTTPHeaderMatch = struct('HTTPHeaderMatch', {Match: str, Name: str, Value: str});
export const HTTPPathMatch = struct('HTTPPathMatch', {Match: str, Value: str});
export const HTTPQueryMatch = struct('HTTPQueryMatch', {Match: str, Name: str, Value: str});
export const HTTPMatch = struct('HTTPMatch', {
  Headers: list(HTTPHeaderMatch),
  Method: str,
  Path: HTTPPathMatch,
  Query: list(HTTPQueryMatch),
});
export const HTTPService = struct('HTTPService', {Name: str, Weight: int, Filters: HTTPFilters, ResponseFilters: HTTPResponseFilters});
export const HTTPRouteRule = struct('HTTPRouteRule', {
  Filters: HTTPFilters,
  ResponseFilters: HTTPResponseFilters,
  Matches: list(HTTPMatch),
  Services: list(HTTPService),
});

/** `http-route`: what an API gateway does with HTTP requests. */
export const HTTPRouteConfigEntry = struct('HTTPRouteConfigEntry', {
  Kind: str,
  Name: str,
  Parents: list(ResourceReference),
  Rules: list(HTTPRouteRule),
  Hostnames: list(str),
  Meta: map(str).omitEmpty(),
  Status,
  Hash: entryEnd.Hash,
  ...embed(RaftIndex),
});
export type HTTPRouteConfigEntry = TypeOf<typeof HTTPRouteConfigEntry>;

export const TCPService = struct('TCPService', {Name: str});
/** `tcp-route`: where an API gateway leads connections. */
export const TCPRouteConfigEntry = struct('TCPRouteConfigEntry', {
  Kind: str,
  Name: str,
  Parents: list(ResourceReference),
  Services: list(TCPService),
  Meta: map(str).omitEmpty(),
  Status,
  Hash: entryEnd.Hash,
  ...embed(RaftIndex),
});
export type TCPRouteConfigEntry = TypeOf<typeof TCPRouteConfigEntry>;

const certificateFields = {Kind: str, Name: str, Certificate: str, PrivateKey: str, ...entryEnd};
/** `inline-certificate`: a certificate and its key, in PEM. */
export const InlineCertificateConfigEntry = struct('InlineCertificateConfigEntry', certificateFields);
/** `file-system-certificate`: where a gateway finds them on its own disk. */
export const FileSystemCertificateConfigEntry = struct('FileSystemCertificateConfigEntry', certificateFields);
