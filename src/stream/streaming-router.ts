import {healthServiceNodes} from '../catalog/methods.ts';
import {type IndexedCheckServiceNodes, type ServiceSpecificRequest} from '../catalog/requests.ts';
import {isStreamed} from '../catalog/streamed.ts';
import {type CallTimes} from '../rpc/call-times.ts';
import {keptReply, type MaybeKept, wasCached} from '../rpc/kept-reply.ts';
import {type Method} from '../rpc/method.ts';
import {type Router} from '../rpc/router.ts';
import {type Clock} from '../runtime/clock.ts';
import {type HealthViews, type ViewAnswer} from './health-views.ts';

export interface StreamingRouterOptions {
  /** For everything that is in no view, and for what is when there is no stream. */
  readonly inner: Router;
  readonly views: HealthViews;
  readonly times: Pick<CallTimes, 'defaultQueryTimeMs' | 'maxQueryTimeMs'>;
  readonly clock: Clock;
}

/**
 * The router of a client agent that subscribes: health of services is answered from views of its own where Consul's
 * agents do so (rpc-raft.md §10). Unlike those it asks the servers when they do not stream, or no longer.
 */
export class StreamingRouter implements Router {
  readonly #options: StreamingRouterOptions;

  constructor(options: StreamingRouterOptions) {
    this.#options = options;
  }

  async call<Req, Res>(method: Method<Req, Res>, request: Req, signal?: AbortSignal): Promise<Res> {
    if (method.name !== healthServiceNodes.name) return this.#options.inner.call(method, request, signal);
    // The method's name is the proof of its types.
    return (await this.#health(request as ServiceSpecificRequest, signal)) as Res;
  }

  async #health(request: ServiceSpecificRequest, signal: AbortSignal | undefined): Promise<IndexedCheckServiceNodes & MaybeKept> {
    const {inner, views, clock} = this.#options;
    if (!isStreamed(request)) return inner.call(healthServiceNodes, request, signal);
    const waitMs = this.#waitMs(request.MaxQueryTime);
    const startedMs = clock.nowMs();
    const answer = await views.read(request, waitMs, signal);
    if (answer !== undefined) return replyOf(answer);
    const leftNs = Math.max(1, waitMs - (clock.nowMs() - startedMs)) * 1e6;
    try {
      return await inner.call(healthServiceNodes, {...request, MaxQueryTime: Math.trunc(leftNs)}, signal);
    } catch (error) {
      // Nobody answers: what was true a moment ago is better than nothing, as long as the caller would take a kept answer.
      const last = request.UseCache && request.MinQueryIndex === 0 ? await views.last(request) : undefined;
      if (last === undefined) throw error;
      return replyOf(last);
    }
  }

  /** As asked for, within bounds; unlike servers, views do not add to it (http-core.md §3). */
  #waitMs(maxQueryTimeNs: number): number {
    const {defaultQueryTimeMs, maxQueryTimeMs} = this.#options.times;
    return maxQueryTimeNs <= 0 ? defaultQueryTimeMs : Math.min(maxQueryTimeNs / 1e6, maxQueryTimeMs);
  }
}

function replyOf({kept, isHit}: ViewAnswer): IndexedCheckServiceNodes & MaybeKept {
  return {
    Nodes: kept.value,
    Index: kept.index,
    LastContact: 0,
    // Consul's agents do not know it of their views (http-core.md §1.4).
    KnownLeader: false,
    ConsistencyLevel: '',
    NotModified: false,
    Backend: 1,
    ResultsFilteredByACLs: false,
    [keptReply]: kept,
    [wasCached]: isHit,
  };
}
