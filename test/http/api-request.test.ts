import {EventEmitter} from 'node:events';
import {IncomingMessage} from 'node:http';
import {Socket} from 'node:net';
import {expect, test} from 'vitest';
import {ApiRequest} from '../../src/http/api-request.ts';
import {GoQuery} from '../../src/http/go-query.ts';

function requestOn(socket: Socket): ApiRequest {
  return new ApiRequest(new IncomingMessage(socket), '/v1/kv/a', GoQuery.parse('') ?? expect.unreachable(), '/v1/kv/', false);
}

test('requests that follow each other on a connection leave one listener on it, and all are told when it closes', () => {
  const socket = new Socket();
  const signals = Array.from({length: 50}, () => requestOn(socket).signal);
  expect(EventEmitter.listenerCount(socket, 'close')).toBe(1);
  socket.emit('close');
  expect(signals.every(({aborted}) => aborted)).toBe(true);
});
