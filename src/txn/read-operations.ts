import {checkOf} from '../catalog/check-commands.ts';
import {nodeById, nodeByName} from '../catalog/node-commands.ts';
import {serviceOf} from '../catalog/service-commands.ts';
import {type ConsulError} from '../consul-error.ts';
import {DirEntry} from '../kv/schema.ts';
import {Kvs} from '../kv/state.ts';
import {type Reader} from '../store/reader.ts';
import {textOfByteString} from '../wire/byte-string.ts';
import {checkIdMissing, checkMissing, keyExists, missingKey, missingThing, nodeNamed, onNode, otherIndex, otherSession} from './errors.ts';
import {type TxnCheckOp, type TxnKVOp, type TxnNodeOp, type TxnOp, TxnResult, type TxnServiceOp} from './schema.ts';

/** What an operation brought, or why it failed. */
export type OperationOutcome = readonly TxnResult[] | ConsulError;

/** Runs an operation that only looks; undefined for one that writes. */
export function runRead(reader: Reader, op: TxnOp): OperationOutcome | undefined {
  if (op.KV !== null) return readKv(reader, op.KV);
  if (op.Node !== null) return op.Node.Verb === 'get' ? readNode(reader, op.Node) : undefined;
  if (op.Service !== null) return op.Service.Verb === 'get' ? readService(reader, op.Service) : undefined;
  if (op.Check !== null) return op.Check.Verb === 'get' ? readCheck(reader, op.Check) : undefined;
  return undefined;
}

function readKv(reader: Reader, {Verb, DirEnt}: TxnKVOp): OperationOutcome | undefined {
  const {Key} = DirEnt;
  const name = textOfByteString(Key);
  const entry = reader.get(Kvs, Key);
  switch (Verb) {
    case 'get':
      return entry === undefined ? missingKey(name) : [kvResult(entry)];
    case 'get-or-empty':
      return [kvResult(entry ?? DirEntry.make({Key}))];
    case 'get-tree':
      return reader.prefix(Kvs, Key).toArray().map(kvResult);
    case 'check-not-exists':
      return entry === undefined ? [] : keyExists(name);
    case 'check-index':
      if (entry === undefined) return checkMissing('index', name);
      return entry.ModifyIndex === DirEnt.ModifyIndex ? [kvResult({...entry, Value: ''})] : otherIndex(name, entry.ModifyIndex, DirEnt.ModifyIndex);
    case 'check-session':
      if (entry === undefined) return checkMissing('session', name);
      return entry.Session === DirEnt.Session ? [kvResult({...entry, Value: ''})] : otherSession(name, entry.Session, DirEnt.Session);
    default:
      return undefined;
  }
}

/** A node by its id, else by its name. @returns an error where there is none */
export function readNode(reader: Reader, {Node}: TxnNodeOp): OperationOutcome {
  const found = Node.ID === '' ? nodeByName(reader, Node.Node, Node.PeerName) : nodeById(reader, Node.ID, Node.PeerName);
  return found === undefined ? missingThing(nodeNamed(Node.Node)) : [TxnResult.make({Node: found})];
}

/** An instance likewise, by its node and id. */
export function readService(reader: Reader, {Node, Service}: TxnServiceOp): OperationOutcome {
  const found = serviceOf(reader, Node, Service.ID, Service.PeerName);
  return found === undefined ? missingThing(onNode('service', Service.ID, Node)) : [TxnResult.make({Service: found})];
}

/** A check likewise, by its node and id. */
export function readCheck(reader: Reader, {Check}: TxnCheckOp): OperationOutcome {
  if (Check.CheckID === '') return checkIdMissing('failed check lookup');
  const found = checkOf(reader, Check.Node, Check.CheckID, Check.PeerName);
  return found === undefined ? missingThing(onNode('check', Check.CheckID, Check.Node)) : [TxnResult.make({Check: found})];
}

/** A key's row as transactions answer it. */
export function kvResult(entry: DirEntry): TxnResult {
  return TxnResult.make({KV: entry});
}
