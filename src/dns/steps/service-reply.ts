import {type DnsServiceInstance, type Freshness} from '../lookups.ts';
import {type OwnContext} from '../step.ts';
import {reply, type Reply} from '../reply.ts';
import {cnameRecordsMaxWithoutEdns} from '../limits.ts';
import {nodeAddress, serviceAddress, servicePort} from '../records/choose-address.ts';
import {metaTxtRecords} from '../records/meta-txt.ts';
import {RecordType} from '../wire/constants.ts';
import {recordAddress} from '../wire/ip-address.ts';
import {fullyQualified} from '../wire/name-text.ts';
import {recordKey, type ResourceRecord} from '../wire/resource-record.ts';
import {noData, soaZone} from './negative.ts';

/** Healthy instances, and how they are to be shown. */
export interface ServiceResult {
  readonly instances: readonly DnsServiceInstance[];
  readonly ttlSeconds: number;
  readonly shuffled: boolean;
  readonly freshness: readonly Freshness[] | null;
}

/** Answers of a service or a prepared query: SRV for SRV, addresses for every other type (dns.md §4.2). */
export async function serviceReply(result: ServiceResult, context: OwnContext): Promise<Reply> {
  return context.query.type === RecordType.SRV ? srvReply(result, context) : addressReply(result, context);
}

/** Whether an address of that kind answers a question of that type. */
function fits(kind: 'A' | 'AAAA', type: number): boolean {
  if (type === RecordType.A) return kind === 'A';
  if (type === RecordType.AAAA) return kind === 'AAAA';
  return type === RecordType.ANY || type === RecordType.SRV || type === RecordType.TXT || type === RecordType.NS;
}

/** The address that stands for the instance, and whether it is its node's. */
function addressOf(instance: DnsServiceInstance, {query, config}: OwnContext): {readonly text: string; readonly isNodes: boolean} {
  const own = serviceAddress(instance, query.type, config);
  // A service registered under the very name that is asked for would lead back here: its node answers instead.
  const selfNamed = own !== '' && fullyQualified(own).toLowerCase() === query.name.toLowerCase();
  const isNodes = own === '' || selfNamed;
  return {text: isNodes ? nodeAddress(instance.node, query.type, config) : own, isNodes};
}

async function addressReply(result: ServiceResult, context: OwnContext): Promise<Reply> {
  const {query, config} = context;
  const records = new Map<string, ResourceRecord>();
  const names = new Set<string>();
  for (const instance of result.instances) {
    const {text} = addressOf(instance, context);
    const address = recordAddress(text);
    if (address === null) names.add(fullyQualified(text));
    else if (fits(address.type, query.type)) {
      const record: ResourceRecord = {type: address.type, name: query.name, ttlSeconds: result.ttlSeconds, address: address.address};
      records.set(recordKey(record), record);
    }
  }
  if (records.size > 0) {
    const answer = [...records.values()];
    return reply({answer, shuffled: result.shuffled, answersMax: config.aRecordLimit, freshness: result.freshness});
  }
  const target = [...names][0];
  if (target === undefined) return noData(soaZone(context), config, result.freshness);
  const resolved = await resolveForService(target, result.ttlSeconds, context);
  return reply({answer: [{type: 'CNAME', name: query.name, ttlSeconds: result.ttlSeconds, target}, ...resolved]});
}

async function resolveForService(target: string, ttlSeconds: number, context: OwnContext): Promise<ResourceRecord[]> {
  const records = await context.resolveCname(target);
  const wanted = records.filter(({type}) => type === 'CNAME' || type === 'A' || type === 'AAAA').map((record) => ({...record, ttlSeconds}));
  return context.query.edns === null ? wanted.slice(0, cnameRecordsMaxWithoutEdns) : wanted;
}

async function srvReply(result: ServiceResult, context: OwnContext): Promise<Reply> {
  const {query, config} = context;
  const answer: ResourceRecord[] = [];
  const extras: ResourceRecord[][] = [];
  const seen = new Set<string>();
  let isKept = true;
  for (const instance of result.instances) {
    const port = servicePort(instance, config);
    const key = `${instance.node.node}:${serviceAddress(instance, query.type, config)}:${port}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const {target, records, resolved} = await srvTarget(instance, result.ttlSeconds, context);
    isKept &&= !resolved;
    const weight = instance.status === 'warning' ? instance.weights.warning : instance.weights.passing;
    answer.push({type: 'SRV', name: query.name, ttlSeconds: result.ttlSeconds, priority: 1, weight, port, target});
    extras.push(records);
  }
  return reply({answer, extras, shuffled: result.shuffled, freshness: isKept ? result.freshness : null});
}

interface SrvTarget {
  readonly target: string;
  readonly records: ResourceRecord[];
  /** a name was followed, whose answer may change by itself */
  readonly resolved: boolean;
}

async function srvTarget(instance: DnsServiceInstance, ttlSeconds: number, context: OwnContext): Promise<SrvTarget> {
  const {config, zone} = context;
  const {node} = instance;
  const {text, isNodes} = addressOf(instance, context);
  const address = recordAddress(text);
  const nodeName = nodeTarget(instance, zone.domain);
  const meta = config.enableAdditionalNodeMetaTxt ? metaTxtRecords(nodeName, node.meta, ttlSeconds) : [];
  if (address === null) {
    const target = fullyQualified(text);
    return {target, records: [...(await resolveForService(target, ttlSeconds, context)), ...meta], resolved: true};
  }
  const hex = Buffer.from(address.bytes).toString('hex');
  const place = node.peer === '' ? `${node.datacenter}.` : '';
  const target = isNodes && text === node.address ? nodeName : `${hex}.addr.${place}${zone.domain}`;
  return {target, records: [{type: address.type, name: target, ttlSeconds, address: address.address}, ...meta], resolved: false};
}

function nodeTarget({node}: DnsServiceInstance, domain: string): string {
  return `${node.node}.node.${node.peer === '' ? node.datacenter : `${node.peer}.peer`}.${domain}`;
}
