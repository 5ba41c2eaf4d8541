import {request as httpRequest} from 'node:http';
import {type AddressInfo} from 'node:net';
import {type FastifyInstance} from 'fastify';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {jsonAnswer} from '../../src/http/answer.ts';
import {Dispatcher} from '../../src/http/dispatcher.ts';
import {HotAnswers} from '../../src/http/hot-answers.ts';
import {createHttpServer} from '../../src/http/http-server.ts';
import {type Route} from '../../src/http/route.ts';

const routes: Route[] = [
  {path: '/v1/exact', methods: {GET: () => jsonAnswer('[]'), PUT: () => jsonAnswer('true')}},
  {path: '/v1/kv/', methods: {GET: (request) => jsonAnswer(JSON.stringify(request.suffix))}},
  {path: '/v1/long', methods: {GET: () => jsonAnswer(`"${'x'.repeat(2000)}"`)}},
  {path: '/v1/blocked/x', methods: {GET: () => jsonAnswer('1')}},
];
let app: FastifyInstance;

beforeAll(async () => {
  const hot = new HotAnswers({open: true});
  const dispatcher = new Dispatcher(
    {
      defaultAclPolicy: 'allow',
      responseHeaders: {'X-Extra': 'yes'},
      translateWanAddresses: false,
      blockEndpoints: ['/v1/blocked'],
      allowWriteFrom: undefined,
      alwaysPretty: false,
      log: {showsRequests: false, request: () => undefined, failed: () => undefined},
    },
    hot,
  );
  app = createHttpServer({routes, dispatcher, hot, maxHeaderBytes: 1 << 20, unprintableFilter: true, responseHeaders: {'X-Extra': 'yes'}});
  await app.listen({host: '127.0.0.1', port: 0});
});
afterAll(() => app.close());

interface Reply {
  readonly status: number | undefined;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** A request whose path goes out exactly as written. */
function send(method: string, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  const {port} = app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    httpRequest({host: '127.0.0.1', port, method, path, headers, agent: false}, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks)}));
    })
      .on('error', reject)
      .end();
  });
}

describe('general rules of the HTTP port', () => {
  it.each([
    ['/v1//exact', '/v1/exact'],
    ['/v1/kv//a%20b', '/v1/kv/a%2520b'],
    ['/v1/./exact?x=1', '/v1/exact?x=1'],
    ['/v1/kv', '/v1/kv/'],
    ['/v1/a/../exact', '/v1/exact'],
  ])('redirects %s to %s for good', async (path, location) => {
    const reply = await send('GET', path);
    expect(reply).toMatchObject({status: 301, headers: {location, 'content-type': 'text/html; charset=utf-8'}});
    expect(reply.body.toString()).toBe(`<a href="${location}">Moved Permanently</a>.\n\n`);
  });

  it('redirects other methods without a body', async () => {
    expect((await send('PUT', '/v1//exact')).body.length).toBe(0);
  });

  it('does not take encoded slashes and dots for path segments', async () => {
    expect((await send('GET', '/v1/kv/a/%2e%2e/%2Fb')).body.toString()).toBe('"a/..//b"');
  });

  it('names what an unknown path is not', async () => {
    const unknown = await send('GET', '/v1/nope');
    expect([unknown.status, unknown.body.toString(), unknown.headers['x-extra'], unknown.headers['vary']]).toEqual([
      404,
      'Invalid URL path: not a recognized HTTP API endpoint\n',
      'yes',
      undefined,
    ]);
    expect((await send('GET', '/nope')).body.toString()).toContain("ensure the path starts with '/v1/'");
    expect((await send('GET', '/v1/exact/')).status).toBe(404);
  });

  it('lists methods for OPTIONS and for a wrong one, HEAD among them', async () => {
    expect(await send('OPTIONS', '/v1/exact')).toMatchObject({status: 200, headers: {allow: 'OPTIONS,GET,PUT'}});
    const wrong = await send('DELETE', '/v1/exact');
    expect(wrong).toMatchObject({status: 405, headers: {allow: 'OPTIONS,GET,PUT'}});
    expect(wrong.body.toString()).toBe('method DELETE not allowed');
    expect((await send('HEAD', '/v1/exact')).status).toBe(405);
  });

  it.each(['/v1/exact?%zz', '/v1/exact?a;b'])('answers the malformed query of %s with an empty 500', async (path) => {
    const reply = await send('GET', path);
    expect([reply.status, reply.body.length]).toEqual([500, 0]);
  });

  it('refuses a path that is not printable with a bare 400', async () => {
    const reply = await send('GET', '/v1/kv/a%01');
    expect([reply.status, reply.body.length, reply.headers['vary']]).toEqual([400, 0, undefined]);
  });

  it('blocks what the configuration blocks', async () => {
    const reply = await send('GET', '/v1/blocked/x');
    expect([reply.status, reply.body.toString()]).toEqual([403, 'Endpoint is blocked by agent configuration']);
  });

  it('packs long bodies for clients that take gzip', async () => {
    expect((await send('GET', '/v1/long', {'Accept-Encoding': 'gzip'})).headers['content-encoding']).toBe('gzip');
    expect((await send('GET', '/v1/long')).headers['content-encoding']).toBeUndefined();
    expect((await send('GET', '/v1/exact', {'Accept-Encoding': 'gzip'})).headers['content-encoding']).toBeUndefined();
  });
});
