import {type ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Sliced} from '../runtime/slices.ts';
import {type Reader} from '../store/reader.ts';
import {equalLists} from './equal.ts';
import {missingNode, missingService, nameless} from './errors.ts';
import {bumpService, bumpServicesOfNode, bumpTable} from './index-rules.ts';
import {type HealthCheck, HealthCheckDefinition, type NodeService} from './schema.ts';
import {folded, type Place, placeOf} from './tables.ts';

const noDefinition = HealthCheckDefinition.zero();

/** One check, by its node's name and its id, whatever their capitals. */
export function checkOf(reader: Reader, node: string, checkId: string, peer = ''): HealthCheck | undefined {
  const place = placeOf(peer);
  return reader.get(place.Checks, place.key(node, checkId));
}

/**
 * Writes a check, unless nothing that counts would differ; it takes name and tags of its service as they are now. Sessions
 * bound to a check that is written as critical end, each time it is (http-core.md §21.3).
 */
export function* ensureCheck(context: ApplyContext, given: HealthCheck): Sliced<ConsulError | undefined> {
  const {tx, index, neighbours} = context;
  if (given.CheckID === '') return nameless();
  const place = placeOf(given.PeerName);
  if (!tx.has(place.Nodes, place.key(given.Node))) return missingNode();
  const service = serviceOfCheck(tx, place, given);
  if (given.ServiceID !== '' && service === undefined) return missingService();
  const known = checkOf(tx, given.Node, given.CheckID, given.PeerName);
  const check: HealthCheck = {
    ...given,
    Status: given.Status === '' ? 'critical' : given.Status,
    ServiceName: service?.Service ?? given.ServiceName,
    ServiceTags: service === undefined ? given.ServiceTags : service.Tags,
    Definition: isEmpty(given.Definition) ? noDefinition : given.Definition,
    CreateIndex: known?.CreateIndex ?? index,
    ModifyIndex: index,
  };
  if (check.Status === 'critical' && place.peer === '') yield* neighbours.checkFailed(context, check.Node, check.CheckID);
  if (known !== undefined && isSameCheck(known, check)) return undefined;
  yield* putCheck(context, check);
  return undefined;
}

/** Puts a row as it is; whoever asks after the check, its node's or its service's health has news. */
export function* putCheck({tx, index}: ApplyContext, check: HealthCheck): Sliced<void> {
  const place = placeOf(check.PeerName);
  tx.put(place.Checks, check);
  const service = serviceOfCheck(tx, place, check);
  if (service === undefined) yield* bumpServicesOfNode(tx, index, place, check.Node);
  else bumpService(tx, index, place, service);
  bumpTable(tx, index, place, 'checks');
}

/** The instance that a check is about; undefined for a check of its node. */
function serviceOfCheck(reader: Reader, place: Place, {Node, ServiceID}: HealthCheck): NodeService | undefined {
  return ServiceID === '' ? undefined : reader.get(place.Services, place.key(Node, ServiceID))?.Service;
}

/** Writes only onto the check that the caller last saw; index 0 means: there is none. */
export function* ensureCheckCas(context: ApplyContext, check: HealthCheck): Sliced<boolean | ConsulError> {
  const known = checkOf(context.tx, check.Node, check.CheckID, check.PeerName);
  if (check.ModifyIndex !== (known?.ModifyIndex ?? 0)) return false;
  return (yield* ensureCheck(context, check)) ?? true;
}

/** Takes a check out; sessions bound to it end. Nothing happens when there is none. */
export function* deleteCheck(context: ApplyContext, node: string, checkId: string, peer = ''): Sliced<void> {
  const check = checkOf(context.tx, node, checkId, peer);
  if (check !== undefined) yield* deleteCheckRow(context, check);
}

/** Removes a check if it is still as it was written at `modifyIndex`. @returns whether it was */
export function* deleteCheckCas(context: ApplyContext, node: string, checkId: string, modifyIndex: number, peer = ''): Sliced<boolean> {
  const check = checkOf(context.tx, node, checkId, peer);
  if (check === undefined || check.ModifyIndex !== modifyIndex) return false;
  yield* deleteCheckRow(context, check);
  return true;
}

/**
 * Removes a check: the indexes of its service (of all of the node, if it is the node's) move, and sessions that hang on
 * it end.
 */
export function* deleteCheckRow(context: ApplyContext, check: HealthCheck): Sliced<void> {
  const {tx, index, neighbours} = context;
  const place = placeOf(check.PeerName);
  if (check.ServiceID === '') {
    yield* bumpServicesOfNode(tx, index, place, check.Node);
    bumpTable(tx, index, place, 'services');
  } else {
    const service = serviceOfCheck(tx, place, check);
    if (service !== undefined) bumpService(tx, index, place, service);
    // The name the check was written under, which may not be its service's any more.
    tx.setIndex(place.indexNames.service(check.ServiceName), index);
  }
  tx.delete(place.Checks, place.Checks.keyOf(check));
  bumpTable(tx, index, place, 'checks');
  if (place.peer === '') yield* neighbours.checkFailed(context, check.Node, check.CheckID);
}

function isEmpty(definition: HealthCheckDefinition): boolean {
  return definition === noDefinition || HealthCheckDefinition.toJson(definition) === '{}';
}

/** Type, Interval, Timeout and ExposedPort do not count (http-core.md §21.2). */
function isSameCheck(a: HealthCheck, b: HealthCheck): boolean {
  return (
    folded(a.Node) === folded(b.Node) &&
    a.CheckID === b.CheckID &&
    a.Name === b.Name &&
    a.Status === b.Status &&
    a.Notes === b.Notes &&
    a.Output === b.Output &&
    a.ServiceID === b.ServiceID &&
    a.ServiceName === b.ServiceName &&
    equalLists(a.ServiceTags, b.ServiceTags) &&
    (a.Definition === b.Definition || HealthCheckDefinition.toJson(a.Definition) === HealthCheckDefinition.toJson(b.Definition))
  );
}
