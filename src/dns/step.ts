import {type Logger} from '../runtime/logger.ts';
import {type DnsConfig} from './dns-config.ts';
import {type DnsLookups, type Freshness} from './lookups.ts';
import {type DnsName} from './name/dns-name.ts';
import {type Zone} from './name/zone.ts';
import {type Reply} from './reply.ts';
import {type DnsQuery} from './wire/query-reader.ts';
import {type ResourceRecord} from './wire/resource-record.ts';

/** Who asked, and how. */
export interface DnsClient {
  readonly transport: 'udp' | 'tcp';
  readonly address: string;
  readonly port: number;
}

/** What the steps of one question share. */
export interface StepContext {
  readonly query: DnsQuery;
  readonly zone: Zone;
  readonly client: DnsClient;
  readonly config: DnsConfig;
  readonly lookups: DnsLookups;
  readonly logger: Logger;
  /** The records of a name that stood as an address; none when it cannot be resolved (dns.md §12). */
  resolveCname(target: string): Promise<readonly ResourceRecord[]>;
}

/** A context whose zone is ours. */
export interface OwnContext extends StepContext {
  readonly zone: Extract<Zone, {kind: 'own'}>;
}

/** One form of name and its answer. */
export type FormStep<F extends DnsName['form']> = (name: Extract<DnsName, {form: F}>, context: OwnContext) => Promise<Reply>;

/** The freshness of a reply made of one look-up. */
export function kept(freshness: Freshness | null): readonly Freshness[] | null {
  return freshness === null ? null : [freshness];
}
