import {catalogNodeServices, healthNodeChecks} from '../../catalog/methods.ts';
import {type HealthCheck} from '../../catalog/schema.ts';
import {type AliasedCheck, type AliasSource} from '../../health/alias-check.ts';
import {aliasBackoffAttemptsMin, aliasBackoffMsMax, aliasMaxStaleMs, aliasWaitMs} from '../../health/limits.ts';
import {type Router} from '../../rpc/router.ts';
import {type Clock} from '../../runtime/clock.ts';
import {pause} from '../../runtime/pause.ts';
import {NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {NodeSpecificRequest, type QueryOptions} from '../../schema/rpc-common.ts';
import {type LocalState} from './local-state.ts';

/** What an alias of a service of this agent follows: the agent's own checks, edge by edge. */
export function localAliasSource(state: LocalState, serviceId: string): AliasSource {
  return {
    checks: () => state.checks().map(({check}) => aliased(check)),
    serviceExists: () => state.service(serviceId) !== undefined,
    onChange: (listener) =>
      state.onChange((change) => {
        if (change.serviceId === serviceId) listener();
      }),
  };
}

export interface RemoteAliasOptions {
  readonly node: string;
  readonly serviceId: string;
  readonly datacenter: string;
  readonly token: () => string;
  readonly router: Router;
  readonly clock: Clock;
}

/** What an alias of another node follows: the catalog, by a blocking query for that node's checks (agent-checks.md §7). */
export function remoteAliasSource(options: RemoteAliasOptions): AliasSource {
  const {node, serviceId, datacenter, token, router} = options;
  const read = (more: Partial<QueryOptions>): NodeSpecificRequest =>
    NodeSpecificRequest.make({Datacenter: datacenter, Token: token(), Node: node, AllowStale: true, MaxStaleDuration: aliasMaxStaleMs * NANOS_PER_MILLISECOND, ...more});
  return {
    checks: async () => ((await router.call(healthNodeChecks, read({}))).HealthChecks ?? []).map(aliased),
    serviceExists: async () => (await router.call(catalogNodeServices, read({}))).NodeServices?.Services?.has(serviceId) ?? false,
    onChange: (listener) => {
      const stop = new AbortController();
      void follow(options, read, listener, stop.signal);
      return () => stop.abort();
    },
  };
}

/** Waits for each change in turn; a failure is waited out, longer each time. */
async function follow({router, clock}: RemoteAliasOptions, read: (more: Partial<QueryOptions>) => NodeSpecificRequest, listener: () => void, signal: AbortSignal): Promise<void> {
  let index = 0;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const reply = await router.call(healthNodeChecks, read({MinQueryIndex: index, MaxQueryTime: aliasWaitMs * NANOS_PER_MILLISECOND}), signal);
      failures = 0;
      const isNews = index !== 0 && reply.Index !== index;
      index = reply.Index;
      if (isNews) listener();
    } catch {
      // The look that a change would have brought says what is wrong; here it is only waited out.
      failures++;
      if (signal.aborted) return;
      if (failures >= 2) listener();
      const backoffMs = failures < aliasBackoffAttemptsMin ? 1000 : Math.min(aliasBackoffMsMax, 1000 * 2 ** (failures - aliasBackoffAttemptsMin));
      await pause(clock, backoffMs, signal);
    }
  }
}

function aliased({Node, ServiceID, Name, Status, Output}: HealthCheck): AliasedCheck {
  return {node: Node, serviceId: ServiceID, name: Name, status: Status, output: Output};
}
