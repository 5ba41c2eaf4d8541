import {type Endpoint, endpointText} from '../endpoint.ts';
import {MemberRecord} from '../wire/serf-schema.ts';
import {type Queries} from './queries.ts';
import {type SerfContext} from './serf-context.ts';

/** Another member, at `other`, has our name: the pool is asked whom it knows by it, and the minority goes [gossip.md §11.8]. */
export function resolveNameConflict(context: SerfContext, queries: Queries, other: Endpoint): void {
  const {config} = context;
  context.log('error', `Node name conflicts with another node at ${endpointText(other)}. Names must be unique! ` +
    `(Resolution enabled: ${config.resolvesNameConflicts})`, 'name conflict');
  if (!config.resolvesNameConflicts) return;
  let [answers, matching] = [0, 0];
  queries.ask({name: '_serf_conflict', payload: Buffer.from(config.name).toString('latin1')}, {
    ack: () => undefined,
    answer: (_from, payload) => {
      answers++;
      const record = MemberRecord.fromMsgpack(Buffer.from(payload, 'latin1'), 1);
      if (record.Addr === config.advertise.addr && record.Port === config.advertise.port) matching++;
    },
    end: () => {
      const isMajority = matching >= Math.floor(answers / 2) + 1;
      context.log(isMajority ? 'info' : 'warn', `${isMajority ? 'majority' : 'minority'} in name conflict resolution` +
        `${isMajority ? '' : ', quiting'} [${matching} / ${answers}]`);
      if (!isMajority) context.emit({kind: 'lost-name'});
    },
  });
}
