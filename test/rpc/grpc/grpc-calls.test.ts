import {describe, expect, test} from 'vitest';
import {ConsulError} from '../../../src/consul-error.ts';
import {raftTransferLeader} from '../../../src/operator/methods.ts';
import {RaftRemovePeerRequest} from '../../../src/operator/schema.ts';
import {statusLeader} from '../../../src/operator/status-methods.ts';
import {GrpcCalls, grpcMethod} from '../../../src/rpc/grpc/grpc-calls.ts';
import {type GrpcMethod} from '../../../src/rpc/grpc/grpc-server.ts';
import {type DialTarget} from '../../../src/rpc/net/dial.ts';
import {RpcCallError} from '../../../src/rpc/net/rpc-error.ts';
import {type Router} from '../../../src/rpc/router.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {DCSpecificRequest} from '../../../src/schema/rpc-common.ts';
import {pool, serve} from '../net/served.ts';
import {grpcPool, serveGrpc} from './served-grpc.ts';

const {path} = raftTransferLeader.grpc ?? expect.unreachable();
const calls = (): GrpcCalls => new GrpcCalls(pool(), grpcPool(), systemClock);
const request = (ID: string): RaftRemovePeerRequest => RaftRemovePeerRequest.make({ID, Token: 'secret'});

/** A server whose router answers as the test says. */
async function serverWith(answer: (request: RaftRemovePeerRequest) => Promise<object>): Promise<DialTarget> {
  const router: Router = {call: async <Req, Res>(_: unknown, asked: Req) => (await answer(asked as RaftRemovePeerRequest)) as Res};
  return (await serveGrpc({[path]: grpcMethod(router, raftTransferLeader, raftTransferLeader.grpc ?? expect.unreachable())})).target;
}

describe('a method that Consul has as gRPC', () => {
  test('is asked over gRPC, its token beside it', async () => {
    const asked: RaftRemovePeerRequest[] = [];
    const target = await serverWith((received) => Promise.resolve(void asked.push(received) as never));
    await calls().call(target, raftTransferLeader, request('a-server'), {timeoutMs: 5000});
    expect(asked).toEqual([request('a-server')]);
  });

  test('is answered with what was said in the end, as one hop', async () => {
    const target = await serverWith(() => Promise.reject(new RpcCallError('remote', 'rpc error making call: cannot find peer')));
    await expect(calls().call(target, raftTransferLeader, request(''), {timeoutMs: 5000})).rejects
      .toMatchObject({failure: 'remote', message: 'rpc error making call: cannot find peer'});
    const plain = await serverWith(() => Promise.reject(new ConsulError('No cluster leader')));
    await expect(calls().call(plain, raftTransferLeader, request(''), {timeoutMs: 5000})).rejects.toThrow('rpc error making call: No cluster leader');
  });

  test('fails in time, or when its caller gives up, or when nobody is there', async () => {
    const silent: GrpcMethod = (_, {signal}) => new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    const {target} = await serveGrpc({[path]: silent});
    await expect(calls().call(target, raftTransferLeader, request(''), {timeoutMs: 20})).rejects.toMatchObject({failure: 'timeout'});
    const caller = new AbortController();
    const call = calls().call(target, raftTransferLeader, request(''), {timeoutMs: 60_000, signal: caller.signal});
    caller.abort();
    await expect(call).rejects.toMatchObject({failure: 'aborted'});
    const {target: closed, listener} = await serve(() => Promise.reject(new Error('nothing is asked')));
    await listener.close();
    await expect(calls().call(closed, raftTransferLeader, request(''), {timeoutMs: 5000})).rejects.toMatchObject({failure: 'dial'});
  });
});

test('all other methods are called by their names', async () => {
  const {target} = await serve(({method}) => Promise.resolve(statusLeader.response.toMsgpack(method)));
  expect(await calls().call(target, statusLeader, DCSpecificRequest.zero(), {timeoutMs: 5000})).toBe('Status.Leader');
  expect(await calls().callRaw(target, 'Any.Thing', Buffer.of(0x80), {timeoutMs: 5000})).toEqual(statusLeader.response.toMsgpack('Any.Thing'));
});
