import {randomFilters} from './random-filters.ts';
import {randomScenario} from './random-scenario.ts';
import {type Scenario} from './scenario.ts';
import {aclDenied} from './scenarios/acl-denied.ts';
import {agentChecks} from './scenarios/agent-checks.ts';
import {agentServices} from './scenarios/agent-services.ts';
import {indexRules} from './scenarios/blocking.ts';
import {catalog} from './scenarios/catalog.ts';
import {cliHandlers} from './scenarios/cli-handlers.ts';
import {cliScenario} from './scenarios/cli.ts';
import {commonOptions} from './scenarios/common-options.ts';
import {dnsScenario} from './scenarios/dns.ts';
import {filters} from './scenarios/filters.ts';
import {headers} from './scenarios/headers.ts';
import {health} from './scenarios/health.ts';
import {kv} from './scenarios/kv.ts';
import {kvErrors} from './scenarios/kv-errors.ts';
import {locks} from './scenarios/locks.ts';
import {operator} from './scenarios/operator.ts';
import {preparedQueries} from './scenarios/prepared-queries.ts';
import {routingErrors} from './scenarios/routing-errors.ts';
import {sessions} from './scenarios/sessions.ts';
import {snapshot} from './scenarios/snapshot.ts';
import {statusOperator} from './scenarios/status-operator.ts';
import {txns} from './scenarios/txn.ts';

/** Scenarios for programs with ACLs. Ours has none yet and is played with an authorizer of the test's own (`acl-denied.test.ts`). */
export const aclScenarios: readonly Scenario[] = [aclDenied];

/** Of the scenarios made by chance these are recorded; `--random` plays any others beside a real Consul. */
const RECORDED_SEEDS = [1, 2, 3];
const RANDOM_STEPS = 250;

/** Every area of Consul's surface that is compared, in the order of play. */
export const allScenarios: readonly Scenario[] = [
  kv, kvErrors, sessions, locks, txns, catalog, health, filters, indexRules, agentServices, agentChecks, routingErrors, commonOptions, headers, statusOperator, operator, preparedQueries, snapshot, dnsScenario, cliScenario, cliHandlers,
  ...RECORDED_SEEDS.map((seed) => randomScenario(seed, RANDOM_STEPS)),
  randomFilters(1, RANDOM_STEPS),
];
