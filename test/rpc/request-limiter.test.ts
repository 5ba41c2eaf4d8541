import {describe, expect, it} from 'vitest';
import {ConsulError} from '../../src/consul-error.ts';
import {isRetryable, isRetryableAtLeader} from '../../src/rpc/net/rpc-error.ts';
import {RequestLimiter, type RequestLimits} from '../../src/rpc/request-limiter.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

const limits: RequestLimits = {mode: 'enforcing', readRatePerSecond: 0.2, writeRatePerSecond: 0.1};

/** What a limiter says to one request after the other: nothing, or status and text. */
function refusalsOf(limiter: RequestLimiter, calls: readonly (readonly [method: string, kind: 'read' | 'write' | 'local', isLeader: boolean])[]): unknown[] {
  return calls.map(([method, kind, isLeader]) => {
    try {
      limiter.admit(method, kind, isLeader, '10.0.0.1');
      return '';
    } catch (error) {
      return error instanceof ConsulError ? [error.httpStatus, error.message] : error;
    }
  });
}

function limiterOf(set: Partial<RequestLimits> = {}): RequestLimiter {
  return new RequestLimiter({...limits, ...set}, new SimulatedClock(), silentLogger);
}

const tryElsewhere = [429, 'rate limit exceeded, try again later or against a different server'];
const tryLater = [503, 'rate limit exceeded for operation that can only be performed by the leader, try again later'];

describe('limits of requests', () => {
  it('are those of ten seconds at once, for reads and for writes', () => {
    const limiter = limiterOf();
    expect(refusalsOf(limiter, [['KVS.Get', 'read', true], ['KVS.List', 'read', true], ['KVS.Get', 'read', true]])).toEqual(['', '', tryElsewhere]);
    expect(refusalsOf(limiter, [['KVS.Apply', 'write', true], ['KVS.Apply', 'write', true], ['KVS.Apply', 'write', false]])).toEqual(['', tryLater, tryElsewhere]);
    expect(refusalsOf(limiter, [['Catalog.ListDatacenters', 'local', false]])).toEqual([tryElsewhere]);
    expect(refusalsOf(limiterOf({writeRatePerSecond: 0}), [['Internal.EventFire', 'read', true]])).toEqual([tryLater]);
  });

  it('are not for what operators and servers need in an emergency', () => {
    const limiter = limiterOf({readRatePerSecond: 0, writeRatePerSecond: 0});
    const calls = ['Status.Ping', 'Status.RaftStats', 'Operator.RaftGetConfiguration', 'Operator.RaftRemovePeerByID', 'Operator.AutopilotState', 'Operator.ServerHealth', 'Operator.TransferLeader'];
    expect(refusalsOf(limiter, calls.map((method) => [method, 'write', true] as const))).toEqual(calls.map(() => ''));
    expect(refusalsOf(limiter, [['Operator.Usage', 'read', true]])).toEqual([tryElsewhere]);
  });

  it.each(['disabled', 'permissive'] as const)('refuse nothing while they are %s', (mode) => {
    expect(refusalsOf(limiterOf({mode, readRatePerSecond: 0}), [['KVS.Get', 'read', true]])).toEqual(['']);
  });

  it('hold as they were changed', () => {
    const limiter = limiterOf({mode: 'disabled'});
    limiter.change({...limits, readRatePerSecond: 0});
    expect(refusalsOf(limiter, [['KVS.Get', 'read', true]])).toEqual([tryElsewhere]);
    limiter.change({...limits, readRatePerSecond: Infinity});
    expect(refusalsOf(limiter, [['KVS.Get', 'read', true]])).toEqual(['']);
  });
});

it('clients try another server; only servers ask the leader again', () => {
  const elsewhere = new ConsulError(`rpc error making call: ${tryElsewhere[1]}`);
  const later = new ConsulError(`rpc error making call: ${tryLater[1]}`);
  expect([isRetryable(elsewhere, false), isRetryable(later, false)]).toEqual([true, false]);
  expect([isRetryableAtLeader(elsewhere, false), isRetryableAtLeader(later, false)]).toEqual([true, true]);
});
