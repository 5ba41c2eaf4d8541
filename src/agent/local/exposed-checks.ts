import {type CheckType} from '../../catalog/service-definition.ts';
import {ConsulError} from '../../consul-error.ts';
import {bracketed} from '../../runtime/host-port.ts';
import {kindOf} from './check-kind.ts';
import {type LocalService, type LocalState} from './local-state.ts';

/** A check as it runs through the proxy of its service. */
export interface ExposedCheck {
  readonly type: CheckType;
  readonly port: number;
}

/**
 * Checks that a proxy lets through: with `Expose.Checks`, HTTP and gRPC checks of the service behind it go to a port of
 * the proxy's instead of the service's own (agent-checks.md §15). A check keeps its port for as long as it is exposed.
 */
export class ExposedChecks {
  readonly #state: LocalState;
  readonly #ports: readonly [first: number, last: number];
  readonly #portOf = new Map<string, number>();

  constructor(state: LocalState, ports: readonly [first: number, last: number]) {
    this.#state = state;
    this.#ports = ports;
  }

  /**
   * How a check runs now, or undefined when it runs as it was written. A port that it no longer needs is free again.
   * @throws ConsulError when there is no port left
   */
  through(checkId: string, serviceId: string, type: CheckType): ExposedCheck | undefined {
    const kind = kindOf(type);
    const proxy = kind === 'http' || kind === 'grpc' ? this.#proxyOf(serviceId) : undefined;
    if (proxy === undefined) {
      this.release(checkId);
      return undefined;
    }
    const port = this.#portFor(checkId);
    const target = `${bracketed(proxy.service.Address || '127.0.0.1')}:${port}`;
    return {port, type: kind === 'http' ? {...type, HTTP: withHost(type.HTTP, target)} : {...type, GRPC: target + type.GRPC.slice(hostLength(type.GRPC))}};
  }

  /** The check is gone: its port is free. */
  release(checkId: string): void {
    this.#portOf.delete(checkId);
  }

  #proxyOf(serviceId: string): LocalService | undefined {
    if (serviceId === '') return undefined;
    return this.#state.services().find(({service: {Kind, Proxy}}) => Kind === 'connect-proxy' && Proxy.DestinationServiceID === serviceId && Proxy.Expose.Checks);
  }

  #portFor(checkId: string): number {
    const known = this.#portOf.get(checkId);
    if (known !== undefined) return known;
    const taken = new Set(this.#portOf.values());
    const [first, last] = this.#ports;
    for (let port = first; port <= last; port++) {
      if (taken.has(port)) continue;
      this.#portOf.set(checkId, port);
      return port;
    }
    throw new ConsulError(`no ports available to expose '${checkId}'`);
  }
}

/** The URL with another host and port; all else stays as it was written. */
function withHost(url: string, target: string): string {
  return url.replace(/^([a-zA-Z][a-zA-Z0-9+.-]*:\/\/(?:[^/?#@]*@)?)[^/?#]*/, (_whole, before: string) => before + target);
}

/** Where the `/service` of a gRPC target begins. */
function hostLength(target: string): number {
  const slash = target.indexOf('/');
  return slash < 0 ? target.length : slash;
}
