import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {request as httpRequest} from 'node:http';
import {type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it, onTestFinished} from 'vitest';
import {Dispatcher} from '../../src/http/dispatcher.ts';
import {HotAnswers} from '../../src/http/hot-answers.ts';
import {createHttpServer} from '../../src/http/http-server.ts';
import {UiPages, type UiPagesOptions} from '../../src/http/ui-pages.ts';

interface Reply {
  readonly status: number | undefined;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

type Send = (method: string, path: string, headers?: Readonly<Record<string, string>>) => Promise<Reply>;

/** A listener with the pages of a small UI, beside whose folder lies a file that is none of its own. */
async function serve(options: Partial<UiPagesOptions> = {}): Promise<Send> {
  const dir = mkdtempSync(join(tmpdir(), 'ui-pages-'));
  const folder = join(dir, 'ui');
  mkdirSync(join(folder, 'assets'), {recursive: true});
  writeFileSync(join(dir, 'secret.txt'), 'not to be read');
  writeFileSync(join(folder, 'index.html'), '<base href="{{.ContentPath}}"> {{.Datacenter}} {{.constructor}}');
  writeFileSync(join(folder, 'robots.txt'), 'Disallow: /');
  writeFileSync(join(folder, 'assets', 'app.js'), 'export {};');
  const hot = new HotAnswers({open: true});
  const responseHeaders = {'x-extra': 'yes'};
  const failed = (_method: string, _url: string, _from: string, error: unknown): void => {
    throw error;
  };
  const dispatcher = new Dispatcher(
    {
      defaultAclPolicy: 'allow',
      responseHeaders,
      translateWanAddresses: false,
      blockEndpoints: [],
      allowWriteFrom: undefined,
      alwaysPretty: false,
      log: {showsRequests: false, request: () => undefined, failed},
    },
    hot,
  );
  const variables = {ContentPath: '/ui/', Datacenter: '<"dc">'};
  const ui = new UiPages({enabled: true, folder, contentPath: '/ui/', variables, responseHeaders, failed, ...options});
  const app = createHttpServer({routes: [], ui, dispatcher, hot, maxHeaderBytes: 1 << 20, unprintableFilter: true, responseHeaders});
  await app.listen({host: '127.0.0.1', port: 0});
  onTestFinished(async () => {
    await app.close();
    rmSync(dir, {recursive: true});
  });
  const {port} = app.server.address() as AddressInfo;
  return (method, path, headers = {}) =>
    new Promise((resolve, reject) => {
      httpRequest({host: '127.0.0.1', port, method, path, headers, agent: false}, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString()}));
      })
        .on('error', reject)
        .end();
    });
}

describe('the web UI', () => {
  it('is where `/` leads, with what the agent adds to every answer', async () => {
    const send = await serve();
    const reply = await send('GET', '/?a=b');
    expect(reply).toMatchObject({status: 301, headers: {location: '/ui/', 'x-extra': 'yes'}, text: '<a href="/ui/">Moved Permanently</a>.\n\n'});
    expect(await send('POST', '/')).toMatchObject({status: 301, headers: {location: '/ui/'}, text: ''});
    expect(await send('GET', '/ui')).toMatchObject({status: 301, headers: {location: '/ui/'}});
  });

  it('gives its page, filled in, for every address that is no file', async () => {
    const send = await serve();
    for (const path of ['/ui/', '/ui/dc1/services/web', '/ui/assets/', '/ui/none.js', '/ui/%ff']) {
      const reply = await send('GET', path);
      expect(reply).toMatchObject({status: 200, headers: {'content-type': 'text/html; charset=utf-8', 'x-extra': 'yes'}});
      expect(reply.text).toBe('<base href="/ui/"> &lt;&#34;dc&#34;&gt; {{.constructor}}');
    }
  });

  it('gives files with their types, and moves what is not addressed as Go does', async () => {
    const send = await serve();
    expect(await send('GET', '/ui/assets/app.js')).toMatchObject({status: 200, headers: {'content-type': 'text/javascript; charset=utf-8'}, text: 'export {};'});
    expect(await send('HEAD', '/ui/assets/app.js')).toMatchObject({status: 200, headers: {'content-length': '10'}, text: ''});
    expect(await send('GET', '/robots.txt')).toMatchObject({status: 200, text: 'Disallow: /'});
    expect(await send('GET', '/ui/index.html')).toMatchObject({status: 301, headers: {location: './'}});
    expect(await send('GET', '/ui/assets')).toMatchObject({status: 301, headers: {location: 'assets/'}});
    expect(await send('GET', '/uix')).toMatchObject({status: 404});
  });

  it.each([
    ['bytes=0-5', 206, 'bytes 0-5/10', 'export'],
    ['bytes=7-', 206, 'bytes 7-9/10', '{};'],
    ['bytes=-3', 206, 'bytes 7-9/10', '{};'],
    ['bytes=-99', 206, 'bytes 0-9/10', 'export {};'],
    ['bytes=8-99', 206, 'bytes 8-9/10', '};'],
    ['bytes=0-1,3-4', 200, undefined, 'export {};'],
    ['bytes=10-', 416, 'bytes */10', 'invalid range: failed to overlap\n'],
    ['bytes=-0', 416, 'bytes */10', 'invalid range: failed to overlap\n'],
    ['bytes=2-1', 416, undefined, 'invalid range\n'],
    ['bytes=x', 416, undefined, 'invalid range\n'],
  ])('gives the part that is asked for: %s', async (Range, status, part, text) => {
    const send = await serve();
    const reply = await send('GET', '/ui/assets/app.js', {Range});
    expect(reply).toMatchObject({status, text});
    expect(reply.headers['content-range']).toBe(part);
  });

  it('shows nothing outside its folder, however the way is written', async () => {
    const send = await serve();
    const step = fc.constantFrom('..', '%2e%2e', '%2E.', '/', '%2f', '%5c', '\\', 'assets', 'secret.txt', 'ui', '.', '%2500', 'x');
    await fc.assert(
      fc.asyncProperty(fc.array(step, {maxLength: 8}), async (steps) => {
        const reply = await send('GET', `/ui/${steps.join('')}%2fsecret.txt`);
        expect(reply.text).not.toContain('not to be read');
      }),
    );
  });

  it('may be at the root, beside the API', async () => {
    const send = await serve({contentPath: '/'});
    expect(await send('GET', '/')).toMatchObject({status: 200, headers: {'content-type': 'text/html; charset=utf-8'}});
    expect(await send('GET', '/assets/app.js')).toMatchObject({status: 200, text: 'export {};'});
    expect(await send('GET', '/v1/none')).toMatchObject({status: 404});
  });

  it('says how it is switched on when it is off', async () => {
    const send = await serve({enabled: false});
    expect((await send('GET', '/')).text).toBe('Consul Agent: UI disabled. To enable, set ui_config.enabled=true in the agent configuration and restart.');
    expect(await send('GET', '/ui/')).toMatchObject({status: 404});
    expect(await send('GET', '/robots.txt')).toMatchObject({status: 404});
  });
});
