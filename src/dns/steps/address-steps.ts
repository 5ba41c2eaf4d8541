import {kept, type FormStep} from '../step.ts';
import {reply} from '../reply.ts';
import {wholeSeconds} from '../records/ttl.ts';
import {RecordType} from '../wire/constants.ts';
import {ipText} from '../wire/ip-address.ts';
import {type ResourceRecord} from '../wire/resource-record.ts';

/** `addr` names: the address stands in the name; for another type it goes to ADDITIONAL (dns.md §4.4). */
export const addrStep: FormStep<'addr'> = async ({bytes}, {query, config}) => {
  const type = bytes.length === 4 ? 'A' : 'AAAA';
  const record: ResourceRecord = {type, name: query.name.toLowerCase(), ttlSeconds: wholeSeconds(config.nodeTtlMs), address: ipText(bytes)};
  const isAsked = query.type === RecordType[type] || query.type === RecordType.ANY;
  return reply(isAsked ? {answer: [record]} : {additional: [record]});
};

/** `virtual` names: an A record for every question type, or an empty answer (dns.md §4.3). */
export const virtualStep: FormStep<'virtual'> = async (name, {query, config, lookups}) => {
  const {value, freshness} = await lookups.virtualIp(name.service, name.peer);
  if (value === null) return reply({freshness: kept(freshness)});
  const record: ResourceRecord = {type: 'A', name: query.name.toLowerCase(), ttlSeconds: wholeSeconds(config.nodeTtlMs), address: value};
  return reply({answer: [record], freshness: kept(freshness)});
};
