import {ConsulError, multiErrorText} from '../consul-error.ts';
import {type Answer, emptyAnswer, jsonAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {jsonBody} from '../http/json-body.ts';
import {type ReadDefaults} from '../http/query-options.ts';
import {type Route} from '../http/route.ts';
import {type Router} from '../rpc/router.ts';
import {GoStrconvError, tryGoAtoi, tryGoBool} from '../schema/go-strconv.ts';
import {struct} from '../schema/struct.ts';
import {list, str} from '../schema/types.ts';
import {keyringOperation, KeyringRequest, KeyringResponse} from './keyring-schema.ts';

export interface KeyringRouteOptions {
  readonly router: Router;
  readonly defaults: ReadDefaults;
  readonly bodyBytesMax: number;
}

type ChangeOperation = 'install' | 'use' | 'remove';

const KeyBody = struct('keyringArgs', {Key: str}, {goType: 'agent.keyringArgs'});
const responseList = list(KeyringResponse);
const relayFactorMax = 5;

/** `/v1/operator/keyring` (http-core.md §17). */
export function keyringRoutes(options: KeyringRouteOptions): readonly Route[] {
  const change = (operation: ChangeOperation) => (request: ApiRequest) => changeKeys(options, request, operation);
  return [
    {
      path: '/v1/operator/keyring',
      methods: {GET: (request) => listKeys(options, request), POST: change('install'), PUT: change('use'), DELETE: change('remove')},
    },
  ];
}

async function listKeys(options: KeyringRouteOptions, request: ApiRequest): Promise<Answer> {
  const responses = await operate(options, request, {Operation: 'list', RelayFactor: relayFactorOf(request), LocalOnly: localOnlyOf(request)});
  return jsonAnswer(responseList.toJson(responses, {pretty: request.pretty}) + request.jsonEnd);
}

async function changeKeys(options: KeyringRouteOptions, request: ApiRequest, Operation: ChangeOperation): Promise<Answer> {
  const {Key} = await jsonBody(request, KeyBody, options.bodyBytesMax);
  const RelayFactor = relayFactorOf(request);
  if (localOnlyOf(request)) throw new ConsulError('Invalid use of local-only: local-only can only be set for list requests', 400);
  await operate(options, request, {Operation, Key, RelayFactor});
  return emptyAnswer;
}

/** @throws ConsulError with what the pools and their members complained of, all in one text */
async function operate({router, defaults}: KeyringRouteOptions, request: ApiRequest, asked: Partial<KeyringRequest>): Promise<readonly KeyringResponse[]> {
  const Token = request.token || defaults.token();
  const {Responses} = await router.call(keyringOperation, KeyringRequest.make({...asked, Datacenter: defaults.datacenter, Token}));
  const responses = Responses ?? [];
  const complaints = responses.flatMap(complaintsOf);
  if (complaints.length > 0) throw new ConsulError(multiErrorText(complaints));
  return responses;
}

function complaintsOf({WAN, Datacenter, Messages, Error: error}: KeyringResponse): readonly string[] {
  if (error === '') return [];
  const ofNodes = [...(Messages ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  return [`${WAN ? 'WAN' : `${Datacenter} (LAN)`} error: ${error}`, ...ofNodes.map(([node, message]) => `${node}: ${message}`)];
}

function relayFactorOf(request: ApiRequest): number {
  const text = request.query.get('relay-factor');
  if (text === '') return 0;
  const factor = tryGoAtoi(text);
  if (factor instanceof GoStrconvError) throw new ConsulError(`Error parsing relay factor: ${factor.message}`, 400);
  if (factor < 0 || factor > relayFactorMax) throw new ConsulError(`Invalid relay-factor: Relay factor must be in range: [0, ${relayFactorMax}]`, 400);
  return factor;
}

function localOnlyOf(request: ApiRequest): boolean {
  const text = request.query.get('local-only');
  if (text === '') return false;
  const isLocalOnly = tryGoBool(text);
  if (isLocalOnly instanceof GoStrconvError) throw new ConsulError(`Error parsing local-only: ${isLocalOnly.message}`, 400);
  return isLocalOnly;
}
