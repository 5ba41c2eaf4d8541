import {unaryOn} from '../rpc/grpc/client-call.ts';
import {GrpcError} from '../rpc/grpc/grpc-status.ts';
import {systemErrorText} from '../runtime/system-error.ts';
import {message, signed, text} from '../schema/protobuf.ts';
import {type CheckResult, type Probe} from './check-result.ts';
import {DialError} from './dial-error.ts';
import {type DialProbeOptions} from './dial-probe-options.ts';
import {parseHostPort} from './host-port.ts';
import {http2Session} from './http2-session.ts';
import {grpcMessageBytesMax} from './limits.ts';
import {tlsHandshake} from './tls-dial.ts';

/** grpc.health.v1 */
const healthCheckRequest = message(() => ({service: ''}), (field) => [field(1, 'service', text)]);
const healthCheckResponse = message(() => ({status: 0}), (field) => [field(1, 'status', signed)]);

const serving = 1;
const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** Asks the standard health service of gRPC, on a connection of its own each time (agent-checks.md §4.6). */
export class GrpcProbe implements Probe {
  readonly #o: DialProbeOptions;
  readonly #address: string;
  readonly #service: string;

  constructor(options: DialProbeOptions) {
    this.#o = options;
    const slash = options.target.indexOf('/');
    this.#address = slash < 0 ? options.target : options.target.slice(0, slash);
    this.#service = slash < 0 ? '' : options.target.slice(slash + 1);
  }

  async run(signal: AbortSignal): Promise<CheckResult> {
    const {target, timeoutMs, clock, log, checkId} = this.#o;
    const late = new AbortController();
    const timer = clock.setTimer(timeoutMs, () => late.abort(new DialError('context deadline exceeded')));
    try {
      const status = await this.#check(clock.nowMs() + timeoutMs, AbortSignal.any([signal, late.signal]));
      if (status === serving) return {status: 'passing', output: `gRPC check ${target}: success`};
      return {status: 'critical', output: `gRPC ${target} serving status: ${statusNames[status] ?? String(status)}`};
    } catch (error) {
      signal.throwIfAborted();
      const output = late.signal.aborted ? tooLate : error instanceof GrpcError ? error.message : unavailable(error);
      log.warn('Check failed', {check: checkId, target, error: output});
      return {status: 'critical', output};
    } finally {
      timer.cancel();
    }
  }

  /** The number of the service's status. */
  async #check(deadlineMs: number, signal: AbortSignal): Promise<number> {
    const {tls, dialer, clock} = this.#o;
    const plain = await dialer.connect(this.#address, deadlineMs, signal);
    const socket = tls === undefined ? plain : await tlsHandshake(plain, parseHostPort('tcp', this.#address).host, tls, ['h2'], deadlineMs, clock, signal);
    const session = await http2Session(socket, this.#address, signal);
    try {
      const request = healthCheckRequest.encode({service: this.#service});
      const reply = await unaryOn(session, '/grpc.health.v1.Health/Check', request, {signal, bytesMax: grpcMessageBytesMax});
      return healthCheckResponse.decode(reply).status;
    } finally {
      session.destroy();
    }
  }
}

const tooLate = 'rpc error: code = DeadlineExceeded desc = context deadline exceeded';

function unavailable(error: unknown): string {
  const why = systemErrorText(error);
  return why === 'context deadline exceeded' ? tooLate : `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: ${why}"`;
}
