import {type ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Reader} from '../store/reader.ts';
import {equalLists} from './equal.ts';
import {missingNode, missingService, nameless} from './errors.ts';
import {bumpService, bumpServicesOfNode, bumpTable} from './index-rules.ts';
import {type HealthCheck, HealthCheckDefinition} from './schema.ts';
import {checkKey, Checks, folded, indexNames, Nodes, serviceKey, Services} from './tables.ts';

const noDefinition = HealthCheckDefinition.zero();

/** One check, by its node's name and its id, whatever their capitals. */
export function checkOf(reader: Reader, node: string, checkId: string): HealthCheck | undefined {
  return reader.get(Checks, checkKey(node, checkId));
}

/**
 * Writes a check, unless nothing that counts would differ; it takes name and tags of its service as they are now. Sessions
 * bound to a check that is written as critical end, each time it is (http-core.md §21.3).
 */
export function ensureCheck(context: ApplyContext, given: HealthCheck): ConsulError | undefined {
  const {tx, index, neighbours} = context;
  if (given.CheckID === '') return nameless();
  if (!tx.has(Nodes, folded(given.Node))) return missingNode();
  const service = given.ServiceID === '' ? undefined : tx.get(Services, serviceKey(given.Node, given.ServiceID))?.Service;
  if (given.ServiceID !== '' && service === undefined) return missingService();
  const known = checkOf(tx, given.Node, given.CheckID);
  const check: HealthCheck = {
    ...given,
    Status: given.Status === '' ? 'critical' : given.Status,
    ServiceName: service?.Service ?? given.ServiceName,
    ServiceTags: service === undefined ? given.ServiceTags : service.Tags,
    Definition: isEmpty(given.Definition) ? noDefinition : given.Definition,
    CreateIndex: known?.CreateIndex ?? index,
    ModifyIndex: index,
  };
  if (check.Status === 'critical') neighbours.checkFailed(context, check.Node, check.CheckID);
  if (known !== undefined && isSameCheck(known, check)) return undefined;
  putCheck(context, check);
  return undefined;
}

/** Puts a row as it is; whoever asks after the check, its node's or its service's health has news. */
export function putCheck({tx, index}: ApplyContext, check: HealthCheck): void {
  tx.put(Checks, check);
  const service = check.ServiceID === '' ? undefined : tx.get(Services, serviceKey(check.Node, check.ServiceID))?.Service;
  if (service === undefined) bumpServicesOfNode(tx, index, check.Node);
  else bumpService(tx, index, service);
  bumpTable(tx, index, 'checks');
}

/** Writes only onto the check that the caller last saw; index 0 means: there is none. */
export function ensureCheckCas(context: ApplyContext, check: HealthCheck): boolean | ConsulError {
  const known = checkOf(context.tx, check.Node, check.CheckID);
  if (check.ModifyIndex !== (known?.ModifyIndex ?? 0)) return false;
  return ensureCheck(context, check) ?? true;
}

/** Takes a check out; sessions bound to it end. Nothing happens when there is none. */
export function deleteCheck(context: ApplyContext, node: string, checkId: string): void {
  const check = checkOf(context.tx, node, checkId);
  if (check !== undefined) deleteCheckRow(context, check);
}

export function deleteCheckCas(context: ApplyContext, node: string, checkId: string, modifyIndex: number): boolean {
  const check = checkOf(context.tx, node, checkId);
  if (check === undefined || check.ModifyIndex !== modifyIndex) return false;
  deleteCheckRow(context, check);
  return true;
}

export function deleteCheckRow(context: ApplyContext, check: HealthCheck): void {
  const {tx, index, neighbours} = context;
  if (check.ServiceID === '') {
    bumpServicesOfNode(tx, index, check.Node);
    bumpTable(tx, index, 'services');
  } else {
    const service = tx.get(Services, serviceKey(check.Node, check.ServiceID))?.Service;
    if (service !== undefined) bumpService(tx, index, service);
    // The name the check was written under, which may not be its service's any more.
    tx.setIndex(indexNames.service(check.ServiceName), index);
  }
  tx.delete(Checks, Checks.keyOf(check));
  bumpTable(tx, index, 'checks');
  neighbours.checkFailed(context, check.Node, check.CheckID);
}

function isEmpty(definition: HealthCheckDefinition): boolean {
  return definition === noDefinition || HealthCheckDefinition.toJson(definition) === '{}';
}

/** Type, Interval, Timeout and ExposedPort do not count (http-core.md §21.2). */
function isSameCheck(a: HealthCheck, b: HealthCheck): boolean {
  return (
    a.Node === b.Node &&
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
