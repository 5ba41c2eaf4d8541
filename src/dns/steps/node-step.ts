import {kept, type FormStep} from '../step.ts';
import {reply} from '../reply.ts';
import {nodeAddress} from '../records/choose-address.ts';
import {metaTxtRecords} from '../records/meta-txt.ts';
import {wholeSeconds} from '../records/ttl.ts';
import {RecordType} from '../wire/constants.ts';
import {recordAddress} from '../wire/ip-address.ts';
import {fullyQualified} from '../wire/name-text.ts';
import {type ResourceRecord} from '../wire/resource-record.ts';
import {nxDomain, soaZone} from './negative.ts';

const answered = new Set<number>([RecordType.A, RecordType.AAAA, RecordType.ANY, RecordType.TXT]);

/** `node` names (dns.md §4.1). Other types are empty without a look. */
export const nodeStep: FormStep<'node'> = async (name, context) => {
  const {config, query, lookups} = context;
  if (!answered.has(query.type)) return reply({freshness: []});
  const datacenter = name.datacenter === '' ? config.datacenter : name.datacenter;
  const found = await lookups.node(name.node, {datacenter, peer: name.peer});
  const freshness = kept(found.freshness);
  const node = found.value;
  if (node === null) return nxDomain(soaZone(context), config, freshness);
  const ttlSeconds = wholeSeconds(config.nodeTtlMs);
  const meta = metaTxtRecords(query.name, node.meta, ttlSeconds);
  if (query.type === RecordType.TXT) return reply({answer: meta, freshness});
  const text = nodeAddress(node, query.type, config);
  const address = recordAddress(text);
  const answer: ResourceRecord[] = [];
  if (address === null) {
    const target = fullyQualified(text);
    answer.push({type: 'CNAME', name: query.name, ttlSeconds, target}, ...(await context.resolveCname(target)));
  } else if (query.type === RecordType.ANY || query.type === RecordType[address.type]) {
    answer.push({type: address.type, name: query.name, ttlSeconds, address: address.address});
  }
  if (query.type === RecordType.ANY) answer.push(...meta);
  const additional = query.type !== RecordType.ANY && config.enableAdditionalNodeMetaTxt ? meta : [];
  return reply({answer, additional, freshness: address === null ? null : freshness});
};
