import {expect, test} from 'vitest';
import {ConnectionPool} from '../../../src/rpc/net/connection-pool.ts';
import {dialer} from '../../../src/rpc/net/dial.ts';
import {type NodeTls} from '../../../src/rpc/net/node-tls.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {closeAfterTest, echo, serve} from './served.ts';
import {tls, tlsSettings} from './test-tls.ts';

test('new TLS settings and certificates count for connections made and accepted from then on', async () => {
  const [listening, dialing] = [tls('server', {verifyIncoming: false}), tls('stranger', {authorities: []})];
  const {target} = await serve(echo, {tls: listening});
  const call = async (outgoing: NodeTls): Promise<Buffer> => {
    const client = new ConnectionPool({dial: dialer({clock: systemClock, tls: outgoing}), clock: systemClock});
    closeAfterTest(() => Promise.resolve(client.close()));
    return await client.callRaw(target, 'Test.Echo', Buffer.from([1]), {timeoutMs: 5000});
  };
  await expect(call(dialing)).rejects.toMatchObject({failure: 'dial'});
  dialing.update({...tlsSettings('stranger'), verifyOutgoing: false});
  expect(await call(dialing)).toEqual(Buffer.from([1]));
  listening.update(tlsSettings('server'));
  await expect(call(dialing)).rejects.toMatchObject({failure: 'broken'});
  dialing.update(tlsSettings('client'));
  expect(await call(dialing)).toEqual(Buffer.from([1]));
  expect(() => dialing.update({...tlsSettings('client'), key: 'junk'})).toThrow();
  expect(await call(dialing)).toEqual(Buffer.from([1]));
});
