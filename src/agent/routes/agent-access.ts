import {type Authorizer, type TokenResolver} from '../../acl/authorizer.ts';
import {type ApiRequest} from '../../http/api-request.ts';
import {type ReadDefaults} from '../../http/query-options.ts';
import {type LocalAgent} from '../local/local-agent.ts';

/** What the agent's own routes are made of. */
export interface AgentRouteOptions {
  readonly local: LocalAgent;
  readonly resolver: TokenResolver;
  readonly defaults: ReadDefaults;
  readonly bodyBytesMax: number;
}

/** What the sender of a request may do. @throws ConsulError 403 for an unknown token */
export async function authorizerOf(request: ApiRequest, {resolver, defaults}: Pick<AgentRouteOptions, 'resolver' | 'defaults'>): Promise<Authorizer> {
  return await resolver.resolve(request.token || defaults.token());
}
