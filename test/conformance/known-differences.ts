import {describeStep} from './scenario.ts';
import {NOT_UTF8} from './scenarios/filters.ts';
import {preparedQueries} from './scenarios/prepared-queries.ts';

/** A place where this program answers otherwise than Consul, and is known to. */
export interface KnownDifference {
  readonly scenario: string;
  /** The steps, by their notes or as they are named in recordings. Where several steps have one name, it is enough that one of them differs. */
  readonly requests: readonly string[];
  readonly why: string;
}

const noPreparedQueries = 'prepared queries are not served yet';

/**
 * Every difference that is on purpose or waits for its part of the program. What is listed here and does not differ any
 * more is an error too: the list says what is so, not what once was.
 */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {scenario: 'txn', requests: ['a null among the operations'], why: 'Consul gives no answer at all and drops the connection; here it is passed over'},
  {scenario: 'cli', requests: ['consul version'], why: 'names both the Consul it is like and itself'},
  {
    scenario: 'common-options',
    requests: ['max_stale=x', 'stale&consistent', 'cached&consistent'].map((option) => `GET /v1/catalog/datacenters?${option}`),
    why: 'after the sentence that says what is wrong Consul writes the list of datacenters all the same',
  },
  {
    scenario: 'common-options',
    requests: ['ns', 'partition'].map((option) => `GET /v1/internal/ui/catalog-overview?${option}=x`),
    why: 'Consul counts what is in a namespace that cannot be; here there are none, and the parameter means nothing',
  },
  {scenario: 'acl-denied', requests: ['GET /v1/internal/ui/catalog-overview'], why: 'Consul forgets there whose token it was'},
  {scenario: 'routing-errors', requests: ['GET /debug/pprof/bogus'], why: "profiles of a Go program: there are none of a Node program's under these addresses"},
  {
    scenario: 'dns',
    requests: [
      'POST /v1/query',
      ...['qdb.query.consul', 'QDB.query.consul', 'tpl-db.query.consul', 'qdb.query.dc1.consul', '_qdb._tcp.query.consul'].flatMap((name) => [`dig ${name} A +bufsize=1232`, `dig ${name} SRV +bufsize=1232`]),
    ],
    why: noPreparedQueries,
  },
  {scenario: 'prepared-queries', requests: [...new Set(preparedQueries.steps.map(describeStep))], why: noPreparedQueries},
  {
    scenario: 'filters',
    requests: ['a service without a proxy'],
    why: 'Consul gives no answer and drops the connection where an expression asks about the proxy of a service that has none; here it is as if nothing stood there, as under a missing key',
  },
  {scenario: 'filters', requests: ['Node matches "\\xd1"'], why: 'Consul repeats the byte that is no UTF-8 in its error; here U+FFFD stands for it'},
  {scenario: 'filters', requests: [NOT_UTF8], why: 'Consul finds an invalid encoding and names the rule of its grammar that met it; here U+FFFD stands for such bytes from the edge on'},
  {scenario: 'status-operator', requests: ['GET /v1/agent/self'], why: 'DebugConfig shows the settings of the program inside; it has none of the cloud, of automatic configuration, of BoltDB and of Circonus'},
  {scenario: 'cli', requests: ['consul validate typo.json'], why: 'says where the unknown key stands, and what was probably meant'},
];
