import {IncomingMessage} from 'node:http';
import {Socket} from 'node:net';
import {expect, it} from 'vitest';
import {ApiRequest} from '../../src/http/api-request.ts';
import {GoQuery} from '../../src/http/go-query.ts';
import {type Method} from '../../src/rpc/method.ts';
import {type Router} from '../../src/rpc/router.ts';
import {sessionRoutes} from '../../src/session/routes.ts';

/** Where a session of this datacenter was created, or why it was not. */
async function create(isServer: boolean, datacenter: string): Promise<string> {
  const router: Router = {
    // Of this test there is one method, which answers with text.
    call: <Req, Res>(_: Method<Req, Res>, request: Req) => Promise.resolve((request as {Datacenter: string}).Datacenter as Res),
  };
  const defaults = {datacenter: 'dc1', token: () => '', discoveryMaxStaleNs: 0};
  const [route] = sessionRoutes({router, defaults, nodeName: 'n1', bodyBytesMax: 1 << 20, isServer});
  const path = '/v1/session/create';
  const request = new ApiRequest(new IncomingMessage(new Socket()), path, GoQuery.parse(`dc=${datacenter}`) ?? expect.unreachable(), path, false);
  try {
    const answer = await (route?.methods['PUT'] ?? expect.unreachable())(request);
    return JSON.stringify(answer.body);
  } catch (error) {
    return (error as Error).message;
  }
}

it('a client agent creates sessions in its own datacenter only', async () => {
  expect(await create(false, 'dc1')).toContain('dc1');
  expect(await create(true, 'dc2')).toContain('dc2');
  expect(await create(false, 'dc2')).toBe('cross datacenter lock must be created at server agent');
});
