import {type Scenario} from './scenario.ts';
import {kv} from './scenarios/kv.ts';
import {kvErrors} from './scenarios/kv-errors.ts';
import {locks} from './scenarios/locks.ts';
import {sessions} from './scenarios/sessions.ts';

/** Every area of Consul's surface that is compared, in the order of play. */
export const allScenarios: readonly Scenario[] = [kv, kvErrors, sessions, locks];
