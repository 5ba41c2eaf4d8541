import {type StepContext} from '../step.ts';
import {reply, type Reply} from '../reply.ts';
import {reverseAddress} from '../name/reverse-name.ts';
import {soaRecord} from '../records/soa.ts';
import {RecordType} from '../wire/constants.ts';

/** Reverse names, whatever the question type (dns.md §4.6); null when neither a node nor a service has the address. */
export async function reverseStep({query, config, lookups}: StepContext): Promise<Reply | null> {
  const ip = reverseAddress(query.name.toLowerCase());
  if (ip === null) return null;
  const target = await pointerTarget(ip, lookups);
  if (target === null) return null;
  const authority = query.type === RecordType.SOA ? [soaRecord(config.domain, config)] : [];
  return reply({answer: [{type: 'PTR', name: query.name, ttlSeconds: 0, target: `${target}.${config.domain}`}], authority});
}

async function pointerTarget(ip: string, lookups: StepContext['lookups']): Promise<string | null> {
  const node = await lookups.nodeByAddress(ip);
  if (node !== null) return `${node.node}.node.${node.datacenter}`;
  const instance = await lookups.serviceByAddress(ip);
  return instance === null ? null : `${instance.service}.service.${instance.node.datacenter}`;
}
