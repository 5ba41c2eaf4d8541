import {look, put, type HttpStep, type IndexStep, type Scenario, type Step} from '../scenario.ts';

const ENDPOINTS = ['/v1/catalog/nodes', '/v1/catalog/services', '/v1/catalog/service/web', '/v1/catalog/node/b1', '/v1/health/state/any', '/v1/catalog/service/never', '/v1/health/service/web?near=n1', '/v1/catalog/service/other', '/v1/catalog/node/never', '/v1/session/list', '/v1/kv/?keys'];

/** One row of the sheet's table: a write, then one look at each index. */
const row = (write: HttpStep): (HttpStep | IndexStep)[] => [write, ...look(...ENDPOINTS)];
const register = (body: Readonly<Record<string, unknown>>): HttpStep => put('/v1/catalog/register', {Node: 'b1', Address: '10.0.0.1', ...body});
const deregister = (body: Readonly<Record<string, unknown>>): HttpStep => put('/v1/catalog/deregister', {Node: 'b1', ...body});
const web = {ID: 'web-1', Service: 'web', Port: 80};
const serviceCheck = {CheckID: 'sc', Name: 'sc', ServiceID: 'web-1', Status: 'passing'};
const nodeCheck = {CheckID: 'nc', Name: 'nc', Status: 'passing'};

const rows: Step[] = [
  ...look(...ENDPOINTS),
  ...row(register({})),
  ...row(register({})),
  ...row(register({NodeMeta: {a: 'b'}})),
  ...row(register({NodeMeta: {a: 'b'}, Service: web})),
  ...row(register({NodeMeta: {a: 'b'}, Service: web})),
  ...row(register({NodeMeta: {a: 'b'}, Service: {...web, Tags: ['t']}})),
  ...row(register({NodeMeta: {a: 'b'}, Service: {ID: 'other-1', Service: 'other', Port: 81}})),
  ...row(register({NodeMeta: {a: 'c'}})),
  ...row(register({Address: '10.0.0.2', NodeMeta: {a: 'c'}})),
  ...row(register({SkipNodeUpdate: true, Check: serviceCheck})),
  ...row(register({SkipNodeUpdate: true, Check: serviceCheck})),
  ...row(register({SkipNodeUpdate: true, Check: {...serviceCheck, Output: 'changed'}})),
  ...row(register({SkipNodeUpdate: true, Check: {...serviceCheck, Status: 'critical', Output: 'changed'}})),
  ...row(register({SkipNodeUpdate: true, Check: {...serviceCheck, Status: 'critical', Output: 'changed', Timeout: '5s'}})),
  ...row(register({SkipNodeUpdate: true, Check: nodeCheck})),
  ...row(register({SkipNodeUpdate: true, Check: {...nodeCheck, Status: 'warning'}})),
  ...row(deregister({CheckID: 'sc'})),
  ...row(deregister({CheckID: 'nc'})),
  ...row(deregister({CheckID: 'nc'})),
  ...row(register({SkipNodeUpdate: true, Service: {...web, ID: 'web-2', Port: 82}, Check: {...serviceCheck, ServiceID: 'web-2'}})),
  ...row(deregister({ServiceID: 'web-2'})),
  ...row(deregister({ServiceID: 'nope'})),
  ...row(deregister({ServiceID: 'web-1'})),
  ...row(deregister({ServiceID: 'other-1'})),
  ...row(register({SkipNodeUpdate: true, Service: web, Checks: [nodeCheck, serviceCheck]})),
  ...row(put('/v1/session/create', {Node: 'b1', NodeChecks: ['nc']})),
  ...row(put('/v1/kv/index-rules', 'x')),
  ...row(deregister({})),
  ...row(deregister({})),
  ...row(register({ID: '40e4a748-2192-161a-0510-9bf59fe950b5', Service: web})),
  ...row(put('/v1/catalog/register', {ID: '40e4a748-2192-161a-0510-9bf59fe950b5', Node: 'b1-renamed', Address: '10.0.0.1'})),
  ...row(put('/v1/catalog/deregister', {Node: 'b1-renamed'})),
];

/** Sheet http-core §21.1 and §21.2, cell by cell: after each write, which endpoint's index moved. */
export const indexRules: Scenario = {name: 'blocking', mode: 'dev', steps: rows};
