import {noProxy} from '../catalog/proxy-schema.ts';
import {HealthCheck, Node, NodeService, ServiceConnect} from '../catalog/schema.ts';
import {DirEntry} from '../kv/schema.ts';
import {withJson} from '../schema/combinators.ts';
import {struct, type TypeOf} from '../schema/struct.ts';
import {byteStr, bytes, list, nullable, str, uint, uint64} from '../schema/types.ts';
import {TxnOp} from './schema.ts';

const KVTxnOp = struct(
  'KVTxnOp',
  {Verb: str, Key: byteStr, Value: bytes, Flags: uint64, Index: uint, Session: str, Namespace: str.omitEmpty(), Partition: str.omitEmpty()},
  {goType: 'api.KVTxnOp'},
);
const NodeTxnOp = struct('NodeTxnOp', {Verb: str, Node}, {goType: 'api.NodeTxnOp'});
const ServiceTxnOp = struct('ServiceTxnOp', {Verb: str, Node: str, Service: NodeService}, {goType: 'api.ServiceTxnOp'});
const CheckTxnOp = struct('CheckTxnOp', {Verb: str, Check: HealthCheck}, {goType: 'api.CheckTxnOp'});

const BodyOp = struct(
  'TxnOp',
  {KV: nullable(KVTxnOp), Node: nullable(NodeTxnOp), Service: nullable(ServiceTxnOp), Check: nullable(CheckTxnOp)},
  {goType: 'api.TxnOp'},
);
type BodyOp = TypeOf<typeof BodyOp>;

const ops = list(nullable(BodyOp));

/** The body of `PUT /v1/txn` (http-core.md §13). */
export const TxnBody = withJson(ops, {
  read: (node, context) => {
    if (node !== null && !Array.isArray(node)) throw context.wrongKind(node, 'api.TxnOps');
    return node === null ? [] : ops.readJson(node, context);
  },
});

/** An operation as it travels; the first of its fields counts. Undefined for one that is empty. */
export function operationOf({KV, Node: node, Service, Check}: BodyOp, datacenter: string): TxnOp | undefined {
  if (KV !== null) {
    const {Verb, Key, Value, Flags, Index, Session} = KV;
    return TxnOp.make({KV: {Verb, DirEnt: DirEntry.make({Key, Value, Flags, Session, ModifyIndex: Index})}});
  }
  if (node !== null) return TxnOp.make({Node: {Verb: node.Verb, Node: {...node.Node, Datacenter: node.Node.Datacenter || datacenter}}});
  if (Service !== null) return TxnOp.make({Service: {...Service, Service: carriedService(Service.Service)}});
  return Check === null ? undefined : TxnOp.make({Check: {Verb: Check.Verb, Check: carriedCheck(Check.Check)}});
}

/** What of a service a transaction carries; the rest is left behind, as Consul leaves it. */
function carriedService(service: NodeService): NodeService {
  const {DestinationServiceName, DestinationServiceID, LocalServiceAddress, LocalServicePort, LocalServiceSocketPath, MeshGateway, TransparentProxy} = service.Proxy;
  return {
    ...service,
    SocketPath: '',
    Connect: ServiceConnect.zero(),
    Locality: null,
    Proxy: {
      ...noProxy,
      DestinationServiceName,
      DestinationServiceID,
      LocalServiceAddress,
      LocalServicePort,
      LocalServiceSocketPath,
      MeshGateway,
      TransparentProxy,
    },
  };
}

function carriedCheck(check: HealthCheck): HealthCheck {
  return {
    ...check,
    Definition: {
      ...check.Definition,
      DisableRedirects: false,
      UDP: '',
      H2PING: '',
      H2PingUseTLS: false,
      OutputMaxSize: 0,
      ScriptArgs: null,
      DockerContainerID: '',
      AliasNode: '',
      AliasService: '',
      TTL: 0,
      SessionName: '',
    },
  };
}
