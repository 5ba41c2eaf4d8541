import {createServer, type RequestListener} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {type AddressInfo, type Server} from 'node:net';
import {describe, expect, it, onTestFinished} from 'vitest';
import {dispatch} from '../../src/cli/dispatch.ts';
import {certificateFile, pem} from '../certificates/certificate-files.ts';


interface Run {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}, interruption?: AbortController, onOutput: (text: string) => void = () => undefined): Promise<Run> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await dispatch(argv, {
    stdout: (text) => {
      out.push(String(text));
      onOutput(String(text));
    },
    stderr: (text) => err.push(text),
    stdin: () => Promise.resolve(Buffer.alloc(0)),
    env,
    ...(interruption !== undefined && {interruption: () => interruption.signal}),
  });
  return {out: out.join(''), err: err.join(''), code};
}

async function listening(server: Server): Promise<number> {
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('consul monitor', () => {
  it('prints what comes, and tells when it ends without being told to', async () => {
    const asked: string[] = [];
    const port = await listening(createServer((request, response) => {
      asked.push(request.url ?? '');
      response.write('first line\n');
      response.end('second line\n');
    }));
    const ended = await run(['monitor', '-log-level=debug', '-log-json', `-http-addr=127.0.0.1:${port}`]);
    expect(ended).toEqual({out: 'first line\nsecond line\n', err: '\nRemote side ended the monitor! This usually means that the\nremote side has exited or crashed.\n', code: 1});
    expect(asked).toEqual(['/v1/agent/monitor?logjson=true&loglevel=debug']);
  });

  it('ends well when it is interrupted', async () => {
    const port = await listening(createServer((_request, response) => void response.write('a line\n')));
    const interruption = new AbortController();
    expect(await run(['monitor', `-http-addr=127.0.0.1:${port}`], {}, interruption, () => interruption.abort())).toEqual({out: 'a line\n', err: '', code: 0});
  });

  it('says what the agent refuses', async () => {
    const port = await listening(createServer((_request, response) => void response.writeHead(400).end('Unknown log level: zz')));
    expect(await run(['monitor', '-log-level=zz', `-http-addr=127.0.0.1:${port}`])).toEqual({out: '', err: 'Error starting monitor: Unexpected response code: 400 (Unknown log level: zz)\n', code: 1});
  });
});

describe('an agent that is called over TLS', () => {
  const answer: RequestListener = (_request, response) => void response.end('true');
  const serve = (verifies: boolean): Promise<number> =>
    listening(createTlsServer({cert: pem('server'), key: pem('server-key'), ca: pem('ca'), requestCert: verifies, rejectUnauthorized: verifies}, answer));

  it('is checked by the given authority, and shown the given certificate, by flags and by the environment', async () => {
    const port = await serve(true);
    const flags = [`-ca-file=${certificateFile('ca')}`, `-client-cert=${certificateFile('client')}`, `-client-key=${certificateFile('client-key')}`, '-tls-server-name=server.dc1.consul'];
    expect(await run(['reload', `-http-addr=https://127.0.0.1:${port}`, ...flags])).toMatchObject({code: 0});
    const env = {
      CONSUL_HTTP_ADDR: `127.0.0.1:${port}`, CONSUL_HTTP_SSL: 'true', CONSUL_CACERT: certificateFile('ca'), CONSUL_CLIENT_CERT: certificateFile('client'), CONSUL_CLIENT_KEY: certificateFile('client-key'), CONSUL_TLS_SERVER_NAME: 'server.dc1.consul',
    };
    expect(await run(['reload'], env)).toMatchObject({code: 0});
    expect(await run(['reload'], {...env, CONSUL_CACERT: '', CONSUL_HTTP_SSL_VERIFY: 'false'})).toMatchObject({code: 0});
  });

  it('is refused in Go’s words when its certificate does not do', async () => {
    const port = await serve(false);
    const error = async (...flags: string[]): Promise<string> => (await run(['reload', `-http-addr=https://127.0.0.1:${port}`, ...flags])).err;
    const failed = `Error reloading: Put "https://127.0.0.1:${port}/v1/agent/reload": tls: failed to verify certificate: x509: `;
    expect(await error()).toBe(`${failed}certificate signed by unknown authority\n`);
    expect(await error(`-ca-file=${certificateFile('ca')}`)).toBe(`${failed}cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs\n`);
    expect(await error(`-ca-file=${certificateFile('ca')}`, '-tls-server-name=other')).toBe(`${failed}certificate is valid for server.dc1.consul, not other\n`);
    expect(await error('-ca-file=/nofile')).toBe('Error connecting to Consul agent: Error loading CA File: open /nofile: no such file or directory\n');
  });
});
