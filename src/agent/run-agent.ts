import {rmSync, writeFileSync} from 'node:fs';
import {allowAll, fixedResolver} from '../acl/fixed-authorizers.ts';
import {type LoadedConfig} from '../config/load-config.ts';
import {type RuntimeConfig} from '../config/runtime-config.ts';
import {ConsulError} from '../consul-error.ts';
import {systemClock} from '../runtime/system-clock.ts';
import {type Logger, type LogLevel} from '../runtime/logger.ts';
import {pause} from '../runtime/pause.ts';
import {systemErrorText} from '../runtime/system-error.ts';
import {errorText} from '../runtime/thrown.ts';
import {refuseForeignRaft} from '../server/foreign-raft.ts';
import {AgentLog, type LogOutput} from './log/agent-log.ts';
import {RotatingFile} from './log/rotating-file.ts';
import {standardOutput} from './log/standard-output.ts';
import {Agent} from './agent.ts';
import {banner} from './banner.ts';
import {gracefulLeaveMsMax} from './limits.ts';
import {nodeIdOf} from './node-id.ts';
import {protocolFault} from './protocol-fault.ts';
import {startError} from './start-error.ts';
import {AgentTls} from './tls/agent-tls.ts';

/** Runs an agent until it is told to stop. @returns the process's exit code (cli.md §4.5) */
export async function runAgent(loaded: LoadedConfig, reload: () => LoadedConfig): Promise<number> {
  const {config, warnings} = loaded;
  const output = standardOutput();
  const outputs: LogOutput[] = [output];
  let nodeId: string;
  let tls: AgentTls;
  try {
    refuseUnsupported(config);
    if (config.server && !config.devMode) refuseForeignRaft(config.dataDir);
    tls = new AgentTls(config);
    if (config.log.file !== '') outputs.push(openLogFile(config));
    nodeId = nodeIdOf(config);
  } catch (error) {
    process.stderr.write(`==> ${errorText(error)}\n`);
    return 1;
  }
  const log = new AgentLog({level: config.log.level.toLowerCase() as LogLevel, json: config.log.json, outputs, clock: systemClock});
  const logger = log.logger('agent');
  // A fault of ours ends the process as ever, with its trace; the log says so too.
  const onCrash = (error: Error): void => logger.error('Panic', {error: error.stack ?? error.message});
  process.on('uncaughtExceptionMonitor', onCrash);
  if (!config.log.json) output.write(banner(config, nodeId, process.env['PROCONSUL_VERSION'] ?? 'development'));
  for (const warning of warnings) logger.warn(warning);
  if (process.env['NOTIFY_SOCKET'] !== undefined) logger.warn('systemd waits to be notified (Type=notify), which this program does not do: it will be ended when TimeoutStartSec is over. Put Type=exec into the unit');
  const stopped = Promise.withResolvers<number>();
  const agent = new Agent({config, loadConfig: reload, nodeId, log, tls, resolver: fixedResolver(allowAll), onFatal: () => stopped.resolve(1), onLeft: () => stopped.resolve(0)});
  let isRunning = false;
  const unhookHangup = onSignals({
    SIGHUP: () => {
      logger.info('Caught', {signal: 'hangup'});
      const reloaded = isRunning ? agent.reload() : Promise.reject(new ConsulError('cannot reload before agent started'));
      reloaded.catch((error: unknown) => logger.error('Reload config failed', {error}));
    },
  });
  try {
    if (config.pidFile !== '') writePidFile(config.pidFile);
    const fault = protocolFault(config);
    if (fault !== undefined) throw new ConsulError(fault);
    await agent.start();
    isRunning = true;
  } catch (error) {
    logger.error('Error starting agent', {error: startError(error, config)});
    stopped.resolve(1);
  }
  const endOn = (signal: 'terminated' | 'interrupt'): void => void end(agent, config, signal, logger).then(stopped.resolve);
  const unhook = onSignals({SIGTERM: () => endOn('terminated'), SIGINT: () => endOn('interrupt')});
  if (isRunning) logger.info('Consul agent running!');
  const code = await stopped.promise;
  logger.info('Requesting shutdown');
  await agent.close().catch((error: unknown) => logger.error('Failed to shut down in order', {error}));
  unhook();
  unhookHangup();
  process.off('uncaughtExceptionMonitor', onCrash);
  if (config.pidFile !== '') rmSync(config.pidFile, {force: true});
  logger.info('Exit code', {code});
  return code;
}

/** Ends the agent on a signal: in order, if the configuration says so for this signal. @returns the exit code */
async function end(agent: Agent, config: RuntimeConfig, signal: 'terminated' | 'interrupt', logger: Logger): Promise<number> {
  if (isLeaving.has(agent)) {
    logger.info('Caught second signal, Exiting', {signal});
    return 1;
  }
  logger.info('Caught', {signal});
  if (!(signal === 'interrupt' ? !config.skipLeaveOnInterrupt : config.leaveOnTerminate)) {
    logger.info('Graceful shutdown disabled. Exiting');
    return 1;
  }
  isLeaving.add(agent);
  logger.info('Gracefully shutting down agent...');
  const limit = pause(systemClock, gracefulLeaveMsMax).then(() => {
    throw new ConsulError('Timeout on graceful leave. Exiting');
  });
  try {
    await Promise.race([agent.leave(), limit]);
  } catch (error) {
    logger.error(errorText(error));
    return 1;
  }
  logger.info('Graceful exit completed');
  return 0;
}

/** Agents that were told to leave: a second signal does not wait. */
const isLeaving = new WeakSet<Agent>();

/** Refuses what would run otherwise than the operator thinks (docs/compatibility.md). */
function refuseUnsupported(config: RuntimeConfig): void {
  if (config.acl.enabled) throw new ConsulError('acl.enabled is not supported yet; this agent would serve everybody, so it does not start');
}

function openLogFile({log}: RuntimeConfig): RotatingFile {
  try {
    return new RotatingFile({
      path: log.file,
      rotateDurationMs: log.rotateDurationMs,
      rotateBytes: log.rotateBytes,
      maxFiles: log.rotateMaxFiles,
      clock: systemClock,
      onTrouble: (why) => process.stderr.write(`==> the log file ${log.file} cannot be written: ${why}\n`),
    });
  } catch (error) {
    throw new ConsulError(`Failed to setup logging: open ${log.file}: ${systemErrorText(error)}`);
  }
}

function writePidFile(path: string): void {
  try {
    writeFileSync(path, String(process.pid));
  } catch (error) {
    throw new ConsulError(`Could not open pid file: open ${path}: ${systemErrorText(error)}`);
  }
}

function onSignals(handlers: Readonly<Partial<Record<'SIGTERM' | 'SIGINT' | 'SIGHUP', () => void>>>): () => void {
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
  return () => {
    for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
  };
}
