import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {type CheckRunners, type RunnableCheck} from '../../src/agent/local/check-runners.ts';
import {DefinitionFiles} from '../../src/agent/local/definition-files.ts';
import {DefinitionLoader} from '../../src/agent/local/definition-loader.ts';
import {LocalState} from '../../src/agent/local/local-state.ts';
import {Maintenance} from '../../src/agent/local/maintenance.ts';
import {Registrations, type ScriptRights} from '../../src/agent/local/registrations.ts';
import {RunningChecks} from '../../src/agent/local/running-checks.ts';
import {ServiceRegistrar} from '../../src/agent/local/service-registrar.ts';
import {ServiceDefinition} from '../../src/catalog/service-definition.ts';
import {type RuntimeConfig} from '../../src/config/runtime-config.ts';
import {loadConfig} from '../../src/config/load-config.ts';
import {TtlCheck} from '../../src/health/ttl-check.ts';
import {type LogFields, type Logger, silentLogger} from '../../src/runtime/logger.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

export const fromApi = {token: '', source: 'remote', persist: true} as const;

/** A folder that is gone when the test is. */
export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'proconsul-local-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  return dir;
}

/** The configuration that a text in HCL gives. */
export function configOf(text: string): RuntimeConfig {
  return loadConfig({devMode: true, paths: [], format: undefined, fragments: [text], flagValues: new Map()}).config;
}

export function definitionOf(json: unknown): ServiceDefinition {
  return ServiceDefinition.fromJson(JSON.stringify(json), {strict: true});
}

export interface LocalFixture {
  readonly clock: SimulatedClock;
  readonly state: LocalState;
  readonly files: DefinitionFiles;
  readonly checksRunning: RunningChecks;
  /** Every runner that was made, oldest first. */
  readonly created: readonly RunnableCheck[];
  readonly registrations: Registrations;
  readonly registrar: ServiceRegistrar;
  readonly loader: DefinitionLoader;
  readonly maintenance: Maintenance;
  /** Lines of the log, as `WARN message`. */
  readonly logged: string[];
}

/** An agent's services and checks without its servers. TTL checks are real, others never run; time is simulated. */
export function localFixture(dataDir: string, scripts: ScriptRights = {remote: false, local: false}, clock = new SimulatedClock()): LocalFixture {
  const logged: string[] = [];
  const at = (level: string) => (message: string, _fields?: LogFields) => void logged.push(`${level} ${message}`);
  const logger: Logger = {...silentLogger, info: at('INFO'), warn: at('WARN'), error: at('ERROR'), debug: at('DEBUG')};
  const polls = {afterPoll: (then: () => void) => then()};
  const created: RunnableCheck[] = [];
  const runners: CheckRunners = {
    create: (check, notify) => {
      created.push(check);
      const {checkId, type} = check;
      if (type.TTL <= 0) return {start: () => undefined, stop: () => undefined};
      return new TtlCheck({checkId, ttlMs: type.TTL / 1e6, outputBytesMax: 4096, notify, clock, polls, log: logger});
    },
  };
  const state = new LocalState({checkUpdateIntervalMs: 0, discardCheckOutput: false});
  const files = new DefinitionFiles(dataDir, logger);
  const checksRunning = new RunningChecks({state, runners, exposePorts: [21_500, 21_501], clock, random: seededRandom(1), logger});
  const registrations = new Registrations({nodeName: 'n1', state, files, checksRunning, scripts, clock, logger});
  const registrar = new ServiceRegistrar({nodeName: 'n1', state, registrations, sidecarPorts: [21_000, 21_001]});
  const loader = new DefinitionLoader({state, registrar, registrations, files, clock, logger});
  const maintenance = new Maintenance('n1', state, registrations);
  return {clock, state, files, checksRunning, created, registrations, registrar, loader, maintenance, logged};
}

/** Ids of all services, sorted. */
export function serviceIds({state}: LocalFixture): readonly string[] {
  return state.services().map(({service}) => service.ID).sort();
}

export function checkIds({state}: LocalFixture): readonly string[] {
  return state.checks().map(({check}) => check.CheckID).sort();
}
