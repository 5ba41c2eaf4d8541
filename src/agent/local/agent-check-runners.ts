import {type SecureContext} from 'node:tls';
import {type CheckType} from '../../catalog/service-definition.ts';
import {ConsulError} from '../../consul-error.ts';
import {AliasCheck} from '../../health/alias-check.ts';
import {type CheckNotify, type Probe, type RunningCheck} from '../../health/check-result.ts';
import {type Dialer} from '../../health/dialer.ts';
import {DockerProbe} from '../../health/docker-probe.ts';
import {GrpcProbe} from '../../health/grpc-probe.ts';
import {H2PingProbe} from '../../health/h2ping-probe.ts';
import {HttpProbe} from '../../health/http-probe.ts';
import {checkIntervalMsMin, checkTimeoutMsDefault, dockerTimeoutMsDefault, scriptTimeoutMsDefault} from '../../health/limits.ts';
import {PeriodicCheck} from '../../health/periodic-check.ts';
import {ScriptProbe} from '../../health/script-probe.ts';
import {TcpProbe} from '../../health/tcp-probe.ts';
import {ThresholdGate} from '../../health/thresholds.ts';
import {type CheckTls} from '../../health/tls-dial.ts';
import {TtlCheck} from '../../health/ttl-check.ts';
import {UdpProbe} from '../../health/udp-probe.ts';
import {type Router} from '../../rpc/router.ts';
import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type PollBarrier} from '../../runtime/poll-barrier.ts';
import {type Random} from '../../runtime/random.ts';
import {NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {localAliasSource, remoteAliasSource} from './alias-sources.ts';
import {kindOf} from './check-kind.ts';
import {type CheckRunners, type RunnableCheck, type RunningTtl} from './check-runners.ts';
import {type LocalState} from './local-state.ts';

export interface AgentCheckRunnersOptions {
  readonly state: LocalState;
  readonly router: Router;
  readonly datacenter: string;
  /** Used by checks that have no token of their own. */
  readonly token: () => string;
  /** `check_output_max_size`; a check may say less. */
  readonly outputBytesMax: number;
  readonly dockerHost: string;
  readonly dialer: Dialer;
  /** What checks over TLS trust and show. */
  readonly tlsContext: () => SecureContext;
  readonly polls: PollBarrier;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Makes the runners of this agent's checks. */
export class AgentCheckRunners implements CheckRunners {
  readonly #options: AgentCheckRunnersOptions;

  constructor(options: AgentCheckRunnersOptions) {
    this.#options = options;
  }

  create(check: RunnableCheck, notify: CheckNotify): RunningCheck | RunningTtl {
    const {checkId, type} = check;
    const {polls, clock, random, logger} = this.#options;
    const kind = kindOf(type);
    if (kind === 'ttl') {
      return new TtlCheck({checkId, ttlMs: ms(type.TTL), outputBytesMax: this.#outputBytesMax(type), notify, clock, polls, log: logger});
    }
    if (kind === 'alias') return this.#alias(check, notify);
    const gate = new ThresholdGate(checkId, thresholdsOf(type), notify, logger);
    return new PeriodicCheck(this.#probe(check), gate, Math.max(ms(type.Interval), checkIntervalMsMin), clock, random);
  }

  #probe({checkId, type}: RunnableCheck): Probe {
    const {dialer, clock, logger, dockerHost} = this.#options;
    const timeoutMs = ms(type.Timeout) || checkTimeoutMsDefault;
    const outputBytesMax = this.#outputBytesMax(type);
    const common = {checkId, timeoutMs, dialer, clock, log: logger};
    const args = type.ScriptArgs ?? [];
    switch (kindOf(type)) {
      case 'grpc':
        return new GrpcProbe({...common, target: type.GRPC, ...(type.GRPCUseTLS && {tls: this.#tls(type)})});
      case 'http':
        return new HttpProbe({
          ...common,
          url: type.HTTP,
          method: type.Method || 'GET',
          headers: new Map([...(type.Header ?? [])].map(([name, values]) => [name, values ?? []])),
          body: type.Body,
          followsRedirects: !type.DisableRedirects,
          outputBytesMax,
          tls: this.#tls(type),
        });
      case 'tcp':
        return new TcpProbe({...common, target: type.TCP, ...(type.TCPUseTLS && {tls: this.#tls(type)})});
      case 'udp':
        return new UdpProbe({...common, target: type.UDP});
      case 'h2ping':
        return new H2PingProbe({...common, target: type.H2PING, ...(type.H2PingUseTLS && {tls: this.#tls(type)})});
      case 'script':
        return new ScriptProbe({...common, args, timeoutMs: ms(type.Timeout) || scriptTimeoutMsDefault, outputBytesMax});
      case 'docker':
        return new DockerProbe({...common, containerId: type.DockerContainerID, args, timeoutMs: ms(type.Timeout) || dockerTimeoutMsDefault, outputBytesMax, dockerHost});
      case 'os_service':
        // Services of Windows, which nothing here can ask about; Consul says the same on Linux.
        throw new ConsulError('not implemented');
      default:
        throw new ConsulError('Check type is not valid');
    }
  }

  #alias({type, token}: RunnableCheck, notify: CheckNotify): AliasCheck {
    const {state, router, datacenter, clock} = this.#options;
    const {AliasNode: node, AliasService: serviceId} = type;
    const source = node === ''
      ? localAliasSource(state, serviceId)
      : remoteAliasSource({node, serviceId, datacenter, token: () => token || this.#options.token(), router, clock});
    return new AliasCheck({node, serviceId, source, notify, clock});
  }

  #tls({TLSServerName, TLSSkipVerify}: CheckType): CheckTls {
    return {serverName: TLSServerName, skipVerify: TLSSkipVerify, context: this.#options.tlsContext()};
  }

  #outputBytesMax({OutputMaxSize}: CheckType): number {
    const {outputBytesMax} = this.#options;
    return OutputMaxSize > 0 ? Math.min(outputBytesMax, OutputMaxSize) : outputBytesMax;
  }
}

function ms(durationNs: number): number {
  return durationNs / NANOS_PER_MILLISECOND;
}

function thresholdsOf({SuccessBeforePassing, FailuresBeforeWarning, FailuresBeforeCritical}: CheckType): ConstructorParameters<typeof ThresholdGate>[1] {
  return {
    successBeforePassing: SuccessBeforePassing,
    failuresBeforeWarning: FailuresBeforeWarning || FailuresBeforeCritical,
    failuresBeforeCritical: FailuresBeforeCritical,
  };
}
