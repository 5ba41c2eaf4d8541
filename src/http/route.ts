import {type Answer} from './answer.ts';
import {type ApiRequest} from './api-request.ts';

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE';

export type RouteHandler = (request: ApiRequest) => Promise<Answer> | Answer;

/** One path of the API. A domain's `routes.ts` returns a list of these. */
export interface Route {
  /** A path that ends in `/` matches everything below it, as in Go's ServeMux; any other matches only itself. */
  readonly path: string;
  /** In the order that OPTIONS and 405 answers list them (http-core.md §6). */
  readonly methods: Readonly<Partial<Record<HttpMethod, RouteHandler>>>;
  /** Answers OPTIONS and wrong methods itself: only `/v1/query/…` does (http-core.md §1.2). */
  readonly ownMethods?: RouteHandler;
}
