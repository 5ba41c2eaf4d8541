import {jsonAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {type Route} from '../http/route.ts';
import {goJsonString} from '../schema/go-json.ts';

/** What the status routes ask of Raft. */
export interface ClusterStatus {
  /** ip:port, or "" while there is no leader. */
  readonly leaderAddress: string;
  readonly peerAddresses: readonly string[];
}

/** `/v1/status/*` (http-core.md §16). */
export function statusRoutes(status: ClusterStatus): readonly Route[] {
  const leader = (request: ApiRequest) => jsonAnswer(goJsonString(status.leaderAddress) + request.jsonEnd);
  const peers = (request: ApiRequest) => {
    const list = status.peerAddresses.map(goJsonString);
    const body = request.pretty && list.length > 0 ? `[\n    ${list.join(',\n    ')}\n]` : `[${list.join(',')}]`;
    return jsonAnswer(body + request.jsonEnd);
  };
  return [
    {path: '/v1/status/leader', methods: {GET: leader}},
    {path: '/v1/status/peers', methods: {GET: peers}},
  ];
}
