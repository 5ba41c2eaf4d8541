import {type OwnContext} from '../step.ts';
import {reply, type Reply} from '../reply.ts';
import {nameServersMax} from '../limits.ts';
import {nodeAddress} from '../records/choose-address.ts';
import {soaRecord} from '../records/soa.ts';
import {wholeSeconds} from '../records/ttl.ts';
import {Rcode, RecordType} from '../wire/constants.ts';
import {recordAddress} from '../wire/ip-address.ts';
import {type ResourceRecord} from '../wire/resource-record.ts';
import {soaZone} from './negative.ts';

/** SOA, NS and AXFR, answered for any name of the zone (dns.md §4.7); null for other types. */
export async function zoneStep(context: OwnContext): Promise<Reply | null> {
  const {query, config} = context;
  switch (query.type) {
    case RecordType.AXFR:
      return reply({rcode: Rcode.notImp});
    case RecordType.SOA: {
      const {names, glue} = await nameServers(context);
      return reply({answer: [soaRecord(soaZone(context), config)], authority: names, additional: glue});
    }
    case RecordType.NS: {
      const {names, glue} = await nameServers(context);
      return reply({answer: names, additional: glue});
    }
    default:
      return null;
  }
}

async function nameServers({config, lookups, zone, logger}: OwnContext): Promise<{names: ResourceRecord[]; glue: ResourceRecord[]}> {
  const names: ResourceRecord[] = [];
  const glue: ResourceRecord[] = [];
  const ttlSeconds = wholeSeconds(config.nodeTtlMs);
  // The owner keeps the client's letters, the targets do not.
  const owner = zone.domain;
  for (const node of await lookups.servers()) {
    if (/[^A-Za-z0-9-]/.test(node.node)) {
      logger.warn('Skipping invalid node for NS records', {node: node.node});
      continue;
    }
    const target = `${node.node}.node.${node.datacenter}.${owner}`.toLowerCase();
    names.push({type: 'NS', name: owner, ttlSeconds, target});
    const address = recordAddress(nodeAddress(node, RecordType.ANY, config));
    if (address !== null) glue.push({type: address.type, name: target, ttlSeconds, address: address.address});
    if (names.length === nameServersMax) break;
  }
  if (names.length === 0) logger.warn('no servers found');
  return {names, glue};
}
