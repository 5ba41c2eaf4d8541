import {copyFileSync, statSync} from 'node:fs';
import {request} from 'node:https';
import {get} from 'node:http';
import {connect} from 'node:net';
import {join} from 'node:path';
import {type ConnectionOptions, connect as connectTls, type TLSSocket} from 'node:tls';
import {describe, expect, it} from 'vitest';
import {temporaryDir} from '../local-fixture.ts';
import {startAgent} from '../running-agent.ts';
import {certificateFile, pem} from '../../certificates/certificate-files.ts';


function https(dir: string, settings = ''): string {
  return `ports { https = 8501 grpc = -1 } tls { defaults { ca_file = "${certificateFile('ca')}" cert_file = "${join(dir, 'cert.pem')}" key_file = "${join(dir, 'key.pem')}" } https { ${settings} } }`;
}

/** A folder that holds the named certificate as cert.pem and key.pem. */
function folderWith(name: string, dir = temporaryDir()): string {
  copyFileSync(certificateFile(name), join(dir, 'cert.pem'));
  copyFileSync(certificateFile(`${name}-key`), join(dir, 'key.pem'));
  return dir;
}

function ask(port: number, options: ConnectionOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1', port, path: '/v1/agent/version', agent: false, ca: pem('ca'), servername: 'server.dc1.consul', ...options,
    }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text)).on('error', reject);
    });
    asked.on('error', reject).end();
  });
}

/** Opens a TLS connection and sends a request head. */
async function head(port: number): Promise<{readonly socket: TLSSocket; readonly answer: string}> {
  const socket = connectTls({host: '127.0.0.1', port, ca: pem('ca'), servername: 'server.dc1.consul'});
  socket.write('GET /v1/agent/version HTTP/1.1\r\nHost: x\r\n\r\n');
  const answer = await new Promise<string>((resolve, reject) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())).once('error', reject));
  return {socket, answer};
}

describe('the API over TLS', () => {
  it('answers, and tells who speaks plain HTTP what is wrong', async () => {
    const {httpsPort} = await startAgent({config: https(folderWith('server'))});
    expect(await ask(httpsPort)).toContain('1.21.4');
    const plain = connect(httpsPort, '127.0.0.1');
    plain.write('GET / HTTP/1.1\r\n\r\n');
    let text = '';
    plain.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await new Promise((resolve) => plain.once('close', resolve));
    expect(text).toBe('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n');
  });

  it('asks for a certificate with verify_incoming, and takes only those of its authority', async () => {
    const {httpsPort} = await startAgent({config: https(folderWith('server'), 'verify_incoming = true')});
    await expect(ask(httpsPort)).rejects.toThrow();
    await expect(ask(httpsPort, {cert: pem('stranger'), key: pem('stranger-key')})).rejects.toThrow();
    expect(await ask(httpsPort, {cert: pem('client'), key: pem('client-key')})).toContain('1.21.4');
  });

  it('takes new files and settings at a reload, and keeps the old ones when the new ones are no good', async () => {
    const dir = folderWith('server');
    const agent = await startAgent({config: https(dir)});
    folderWith('client', dir);
    expect(await ask(agent.httpsPort)).toContain('1.21.4');
    await agent.reload();
    await expect(ask(agent.httpsPort)).rejects.toThrow(/does not match/);
    copyFileSync(certificateFile('server'), join(dir, 'cert.pem'));
    await expect(agent.reload()).rejects.toThrow('Failed to load cert/key pair: tls: private key does not match public key');
    folderWith('server', dir);
    await agent.reload();
    expect(await ask(agent.httpsPort)).toContain('1.21.4');
    agent.configText = https(dir, 'verify_incoming = true');
    await agent.reload();
    await expect(ask(agent.httpsPort)).rejects.toThrow();
  });

  it('counts connections, and a reload changes how many a client may have', async () => {
    const config = https(folderWith('server'));
    const agent = await startAgent({config: `${config} limits { http_max_conns_per_client = 1 }`});
    const first = await head(agent.httpsPort);
    expect(first.answer).toMatch(/^HTTP\/1.1 200 OK/);
    const second = await head(agent.httpsPort);
    expect(second.answer).toMatch(/^HTTP\/1.1 429 Too Many Requests[\s\S]*please rate limit your calls\n$/);
    agent.configText = config;
    await agent.reload();
    const third = await head(agent.httpsPort);
    expect(third.answer).toMatch(/^HTTP\/1.1 200 OK/);
    for (const {socket} of [first, second, third]) socket.destroy();
  });
});

describe('the API on a Unix socket', () => {
  it('answers there, with the mode that the configuration says', async () => {
    const path = join(temporaryDir(), 'consul.sock');
    await startAgent({config: `addresses { http = "unix://${path}" } unix_sockets { mode = "0700" }`});
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      get({socketPath: path, path: '/v1/agent/version', agent: false}, (reply) => resolve(reply.resume().statusCode)).on('error', reject);
    });
    expect(answer).toBe(200);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });
});
