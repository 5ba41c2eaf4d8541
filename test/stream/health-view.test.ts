import {describe, expect, test} from 'vitest';
import fc from 'fast-check';
import {CheckServiceNode, Node, NodeService} from '../../src/catalog/schema.ts';
import {grpcCode} from '../../src/rpc/grpc/grpc-status.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {HealthView, type ViewEffect, type ViewInput} from '../../src/stream/health-view.ts';
import {healthOp, type StreamEvent, streamEvent} from '../../src/stream/messages.ts';

const random = seededRandom(7);
const instance = (node: string, id: string, Port = 1): CheckServiceNode =>
  CheckServiceNode.make({Node: Node.make({Node: node}), Service: NodeService.make({ID: id, Service: 'web', Port})});
const registered = (Index: number, node: string, id: string, Port = 1): StreamEvent =>
  streamEvent({Index, ServiceHealth: {Op: healthOp.register, CheckServiceNode: instance(node, id, Port)}});
const gone = (Index: number, node: string, id: string): StreamEvent =>
  streamEvent({Index, ServiceHealth: {Op: healthOp.deregister, CheckServiceNode: instance(node, id)}});
const end = (Index: number): StreamEvent => streamEvent({Index, EndOfSnapshot: true});
const anew = streamEvent({NewSnapshotToFollow: true});

class Viewer {
  readonly view = new HealthView();
  nowMs = 0;

  step(input: ViewInput): readonly ViewEffect[] {
    return this.view.step(input, this.nowMs, random);
  }

  events(...events: readonly StreamEvent[]): readonly ViewEffect[] {
    return events.flatMap((event) => this.step({kind: 'event', event}));
  }

  get shown(): string {
    return `${this.view.index}: ${this.view.rows.map((row) => `${row.Node?.Node}/${row.Service?.ID}:${row.Service?.Port}`).join(' ')}`;
  }

  /** A view with a stream, past its snapshot. */
  static live(): Viewer {
    const viewer = new Viewer();
    viewer.step({kind: 'begin'});
    viewer.step({kind: 'opened'});
    viewer.events(registered(5, 'n2', 'b'), registered(5, 'n1', 'a'), end(5));
    return viewer;
  }
}

describe('a view', () => {
  test('shows nothing before its first snapshot is whole, then all of it, in the order of nodes and ids', () => {
    const viewer = new Viewer();
    expect(viewer.step({kind: 'begin'})).toEqual([{kind: 'subscribe', index: 0}]);
    viewer.step({kind: 'opened'});
    expect(viewer.events(registered(5, 'n2', 'b'), registered(5, 'n1', 'z'), registered(5, 'n1', 'a'))).toEqual([]);
    expect([viewer.view.isReady, viewer.shown]).toEqual([false, '0: ']);
    expect(viewer.events(end(5))).toEqual([{kind: 'changed'}]);
    expect([viewer.view.isReady, viewer.shown]).toEqual([true, '5: n1/a:1 n1/z:1 n2/b:1']);
  });

  test('shows a batch that comes in parts when it is whole, and forgets one that is cut off', () => {
    const viewer = Viewer.live();
    const part = (isWhole: boolean, ...Events: readonly StreamEvent[]): readonly ViewEffect[] =>
      viewer.step({kind: 'event', event: streamEvent({Index: 6, EventBatch: {Events}}), isWhole});
    expect(part(false, registered(6, 'n1', 'a', 2), gone(6, 'n2', 'b'))).toEqual([]);
    expect(viewer.shown).toBe('5: n1/a:1 n2/b:1');
    viewer.step({kind: 'ended', code: grpcCode.unavailable});
    viewer.step({kind: 'begin'});
    expect(part(false, gone(6, 'n1', 'a'))).toEqual([]);
    expect(part(true, registered(6, 'n3', 'c'))).toEqual([{kind: 'changed'}]);
    expect(viewer.shown).toBe('6: n2/b:1 n3/c:1');
  });

  test('follows single events and batches, and batches at once', () => {
    const viewer = Viewer.live();
    viewer.events(registered(6, 'n1', 'a', 2));
    expect(viewer.shown).toBe('6: n1/a:2 n2/b:1');
    const before = viewer.view.rows;
    expect(viewer.events(streamEvent({Index: 7, EventBatch: {Events: [gone(7, 'n1', 'a'), registered(7, 'n3', 'c')]}}))).toEqual([{kind: 'changed'}]);
    expect(viewer.shown).toBe('7: n2/b:1 n3/c:1');
    expect(before.map((row) => row.Service?.ID)).toEqual(['a', 'b']);
  });

  test('keeps what it shows when the stream breaks, and asks to go on from there', () => {
    const viewer = Viewer.live();
    expect(viewer.step({kind: 'ended', code: grpcCode.unavailable})).toEqual([{kind: 'changed'}, {kind: 'wait', delayMs: 0}]);
    expect(viewer.shown).toBe('5: n1/a:1 n2/b:1');
    expect(viewer.step({kind: 'begin'})).toEqual([{kind: 'subscribe', index: 5}]);
    viewer.step({kind: 'opened'});
    viewer.events(gone(8, 'n1', 'a'));
    expect(viewer.shown).toBe('8: n2/b:1');
  });

  test('changes to a new snapshot only when that is whole', () => {
    const viewer = Viewer.live();
    viewer.step({kind: 'ended', code: grpcCode.unavailable});
    viewer.step({kind: 'begin'});
    viewer.events(anew, registered(9, 'n7', 'x'));
    expect(viewer.shown).toBe('5: n1/a:1 n2/b:1');
    viewer.step({kind: 'ended', code: grpcCode.unavailable});
    expect(viewer.step({kind: 'begin'})).toEqual([{kind: 'subscribe', index: 5}]);
    viewer.events(anew, registered(9, 'n8', 'y'), end(9));
    expect(viewer.shown).toBe('9: n8/y:1');
  });

  test('begins anew when the server says that its state is another', () => {
    const viewer = Viewer.live();
    viewer.step({kind: 'ended', code: grpcCode.aborted});
    expect(viewer.step({kind: 'begin'})).toEqual([{kind: 'subscribe', index: 0}]);
    viewer.events(end(3));
    expect(viewer.shown).toBe('3: ');
  });

  test('tries again at once, then after growing times, until something comes', () => {
    const viewer = Viewer.live();
    const delays: number[] = [];
    const fail = (): void => {
      for (const effect of viewer.step({kind: 'ended', code: grpcCode.unavailable})) if (effect.kind === 'wait') delays.push(effect.delayMs);
      viewer.step({kind: 'begin'});
    };
    for (let tries = 0; tries < 10; tries++) fail();
    expect(delays[0]).toBe(0);
    expect(delays[1]).toBeGreaterThanOrEqual(200);
    expect(delays[1]).toBeLessThan(400);
    expect(delays.at(-1)).toBe(6000);
    viewer.events(end(9));
    fail();
    expect(delays.at(-1)).toBe(0);
  });

  test('knows since when it is cut off: a server that refuses each time does not count as heard', () => {
    const viewer = Viewer.live();
    expect(viewer.view.lostMs).toBeUndefined();
    viewer.nowMs = 1000;
    viewer.step({kind: 'ended', code: grpcCode.unavailable});
    for (viewer.nowMs = 2000; viewer.nowMs < 9000; viewer.nowMs += 1000) {
      viewer.step({kind: 'begin'});
      viewer.step({kind: 'opened'});
      viewer.step({kind: 'ended', code: grpcCode.unimplemented});
      expect(viewer.view.lostMs).toBe(1000);
    }
    viewer.step({kind: 'begin'});
    viewer.step({kind: 'opened'});
    expect(viewer.view.lostMs).toBeUndefined();
    // Nothing happened, but for long: that was a stream.
    viewer.nowMs += 60_000;
    viewer.step({kind: 'ended', code: grpcCode.unavailable});
    expect(viewer.view.lostMs).toBe(viewer.nowMs);
  });
});

test('whatever breaks and when, a view that has caught up shows what the server has', () => {
  const change = fc.record({node: fc.nat(4), id: fc.nat(2), port: fc.nat(3), kind: fc.constantFrom('put', 'delete', 'break', 'abort', 'half a snapshot')});
  fc.assert(
    fc.property(fc.array(change, {maxLength: 60}), (changes) => {
      const viewer = new Viewer();
      const truth = new Map<string, CheckServiceNode>();
      let index = 1;
      const snapshot = (): StreamEvent[] => [...truth.values()].map((row) => registered(index, row.Node?.Node ?? '', row.Service?.ID ?? '', row.Service?.Port));
      // A server resumes who has missed nothing, and begins anew for everybody else.
      const connect = (): void => {
        const [effect] = viewer.step({kind: 'begin'});
        viewer.step({kind: 'opened'});
        const from = effect?.kind === 'subscribe' ? effect.index : -1;
        if (from === index) return;
        if (from > 0) viewer.events(anew);
        viewer.events(...snapshot(), end(index));
      };
      connect();
      for (const {node, id, port, kind} of changes) {
        const [name, service] = [`n${node}`, `s${id}`];
        if (kind === 'put') {
          truth.set(`${name}/${service}`, instance(name, service, port));
          viewer.events(registered(++index, name, service, port));
        } else if (kind === 'delete' && truth.delete(`${name}/${service}`)) {
          viewer.events(gone(++index, name, service));
        } else if (kind === 'break' || kind === 'abort') {
          viewer.step({kind: 'ended', code: kind === 'abort' ? grpcCode.aborted : grpcCode.unavailable});
          if (truth.delete(`${name}/${service}`)) index++;
          connect();
        } else if (kind === 'half a snapshot') {
          viewer.step({kind: 'ended', code: grpcCode.unavailable});
          viewer.step({kind: 'begin'});
          viewer.events(anew, ...snapshot().slice(0, 1));
          viewer.step({kind: 'ended', code: grpcCode.unavailable});
          connect();
        }
        const expected = [...truth.values()].map((row) => `${row.Node?.Node}/${row.Service?.ID}:${row.Service?.Port}`).sort();
        expect(viewer.shown).toBe(`${index}: ${expected.join(' ')}`);
      }
    }),
  );
});
