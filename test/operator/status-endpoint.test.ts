import {expect, test} from 'vitest';
import {statusEndpoints} from '../../src/operator/status-endpoint.ts';
import {vectors} from '../rpc/vectors.ts';

test.each(vectors.rpc.filter(({method}) => method.startsWith('Status.')))('$method answers as a real server, byte by byte', async ({method, requestBodyHex, responseBodyHex}) => {
  const leaderAddress = Buffer.from(responseBodyHex, 'hex').subarray(1).toString();
  const endpoints = statusEndpoints({leaderAddress, peerAddresses: [], raftStats: () => ({LastContact: 'never', LastTerm: 0, LastIndex: 0})});
  const found = endpoints.find((endpoint) => endpoint.method.name === method);
  if (found === undefined) throw new Error(`${method} has no endpoint`);
  const answer = await found.handle(found.method.request.fromMsgpack(Buffer.from(requestBodyHex, 'hex')), undefined);
  expect(found.method.response.toMsgpack(answer).toString('hex')).toBe(responseBodyHex);
});
