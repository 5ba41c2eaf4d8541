import {type Authorizer, demand, permissionDenied} from '../acl/authorizer.ts';
import {completeService, demandUuid} from '../catalog/register-request.ts';
import {mustProvideNode} from '../catalog/errors.ts';
import {serviceOf} from '../catalog/service-commands.ts';
import {checkOf} from '../catalog/check-commands.ts';
import {mustProvideKey} from '../kv/errors.ts';
import {type Reader} from '../store/reader.ts';
import {textOfByteString} from '../wire/byte-string.ts';
import {lockDelayed, unknownVerb} from './errors.ts';
import {type TxnKVOp, type TxnOp, type TxnResult} from './schema.ts';

const kvReads = ['get', 'get-or-empty', 'get-tree', 'check-index', 'check-session', 'check-not-exists'];
const kvWrites = ['set', 'cas', 'lock', 'unlock', 'delete', 'delete-cas', 'delete-tree'];
const thingVerbs = ['get', 'set', 'cas', 'delete', 'delete-cas'];

/** Whether an operation's verb is one of those that write. One that is unknown counts as a read (http-core.md §13). */
export function isWrite({KV, Node, Service, Check, Session}: TxnOp): boolean {
  if (KV !== null) return kvWrites.includes(KV.Verb);
  const verb = (Node ?? Service ?? Check ?? Session)?.Verb;
  return verb !== undefined && verb !== 'get';
}

/**
 * An operation as it goes into the log, after everything that can be said of it without running it.
 * @throws ConsulError why it is refused
 */
export function preparedOperation(op: TxnOp, authorizer: Authorizer, reader: Reader, isLockDelayed: (key: string) => boolean): TxnOp {
  if (op.KV !== null) return preparedKv(op, op.KV, authorizer, isLockDelayed);
  if (op.Node !== null) {
    const {Verb, Node} = op.Node;
    if (!thingVerbs.includes(Verb)) throw unknownVerb('node', Verb);
    if (Node.Node === '') throw mustProvideNode();
    if (Node.ID !== '') demandUuid(Node.ID);
    if (Verb !== 'get') demand(authorizer, 'node', 'write', Node.Node);
    return op;
  }
  if (op.Service !== null) {
    const {Verb, Node} = op.Service;
    if (!thingVerbs.includes(Verb)) throw unknownVerb('service', Verb);
    // Who only looks is taken by the word: no id is made of a name.
    if (Verb === 'get') return op;
    const Service = completeService(op.Service.Service);
    demand(authorizer, 'service', 'write', Service.Service);
    const known = serviceOf(reader, Node, Service.ID);
    if (known !== undefined) demand(authorizer, 'service', 'write', known.Service);
    return {...op, Service: {...op.Service, Service}};
  }
  if (op.Check !== null) {
    const {Verb} = op.Check;
    if (!thingVerbs.includes(Verb)) throw unknownVerb('check', Verb);
    if (Verb === 'get') return op;
    const Check = {...op.Check.Check, CheckID: op.Check.Check.CheckID || op.Check.Check.Name};
    demandCheckWrite(authorizer, reader, Check);
    return {...op, Check: {...op.Check, Check}};
  }
  return op;
}

/** Whether the caller may see a result; what it may not is left out without a word. */
export function mayRead(authorizer: Authorizer, {KV, Node, Service, Check}: TxnResult): boolean {
  if (KV !== null) return authorizer.allows('key', 'read', textOfByteString(KV.Key));
  if (Node !== null) return authorizer.allows('node', 'read', Node.Node);
  if (Service !== null) return authorizer.allows('service', 'read', Service.Service);
  if (Check === null) return true;
  return Check.ServiceName === '' ? authorizer.allows('node', 'read', Check.Node) : authorizer.allows('service', 'read', Check.ServiceName);
}

function preparedKv(op: TxnOp, {Verb, DirEnt}: TxnKVOp, authorizer: Authorizer, isLockDelayed: (key: string) => boolean): TxnOp {
  const name = textOfByteString(DirEnt.Key);
  if (DirEnt.Key === '' && Verb !== 'delete-tree') throw mustProvideKey();
  if (!kvReads.includes(Verb) && !kvWrites.includes(Verb)) throw unknownVerb('KV', Verb);
  if (Verb === 'delete-tree') {
    if (!authorizer.allowsPrefix('key', 'write', name)) throw permissionDenied(authorizer, 'key', 'write', name);
  } else if (Verb.startsWith('check-')) {
    demand(authorizer, 'key', 'read', name);
  } else if (kvWrites.includes(Verb)) {
    demand(authorizer, 'key', 'write', name);
  }
  if (Verb === 'lock' && isLockDelayed(DirEnt.Key)) throw lockDelayed(name);
  return op;
}

function demandCheckWrite(authorizer: Authorizer, reader: Reader, check: {readonly Node: string; readonly CheckID: string; readonly ServiceID: string}): void {
  const known = checkOf(reader, check.Node, check.CheckID);
  const serviceId = check.ServiceID || (known?.ServiceID ?? '');
  if (serviceId === '') demand(authorizer, 'node', 'write', check.Node);
  else demand(authorizer, 'service', 'write', serviceOf(reader, check.Node, serviceId)?.Service ?? known?.ServiceName ?? '');
}
