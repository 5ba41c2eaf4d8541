import {describe, expect, it} from 'vitest';
import {ConsulError} from '../../src/consul-error.ts';
import {type Proposer} from '../../src/fsm/proposer.ts';
import {DirEntry, KvsRequest} from '../../src/kv/schema.ts';
import {Tombstones} from '../../src/kv/state.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {TombstoneGc} from '../../src/server/leader/tombstone-gc.ts';
import {Replica} from './replica.ts';

const minuteMs = 60_000;

/** A state machine, the duty that clears its tombstones away, and a log that can be made to refuse. */
class World implements Proposer {
  readonly clock = new SimulatedClock();
  readonly replica = new Replica();
  readonly gc = new TombstoneGc({datacenter: 'dc1', store: this.replica.store, proposer: this, clock: this.clock, logger: silentLogger});
  refusals = 0;
  reaps = 0;

  constructor() {
    this.replica.observe = (facts) => this.gc.observe(facts);
    this.replica.replaced = () => this.gc.replaced();
  }

  async propose(...[type, codec, body]: Parameters<Proposer['propose']>): Promise<unknown> {
    this.reaps++;
    if (this.refusals-- > 0) throw new ConsulError('No cluster leader', 500, true);
    return this.replica.propose(type, codec, body);
  }

  /** Writes a key, and deletes it. */
  async bury(Key: string): Promise<void> {
    for (const Op of ['set', 'delete']) await this.replica.propose(2, KvsRequest, KvsRequest.make({Op, DirEnt: DirEntry.make({Key})}));
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await new Promise((done) => setImmediate(done));
  }

  get tombstones(): string[] {
    return [...this.replica.store.view().all(Tombstones)].map(({Key}) => Key);
  }
}

describe('tombstones', () => {
  it('stay a quarter of an hour, and at most half a minute longer', async () => {
    const made = new World();
    made.gc.gained();
    await made.pass(1);
    await made.bury('a');
    await made.pass(15 * minuteMs);
    expect(made.tombstones).toEqual(['a']);
    await made.pass(30_000);
    expect([made.tombstones, made.clock.pendingCount]).toEqual([[], 0]);
  });

  it('that fall due within half a minute go with one entry', async () => {
    const made = new World();
    made.gc.gained();
    await made.pass(30_001 - (made.clock.nowMs() % 30_000));
    for (let n = 0; n < 100; n++) {
      await made.bury(`k${n}`);
      await made.pass(100);
    }
    await made.pass(16 * minuteMs);
    expect([made.tombstones, made.reaps]).toEqual([[], 1]);
  });

  it('that are younger are left alone', async () => {
    const made = new World();
    made.gc.gained();
    await made.bury('old');
    await made.pass(10 * minuteMs);
    await made.bury('young');
    await made.pass(6 * minuteMs);
    expect(made.tombstones).toEqual(['young']);
  });

  it('of an earlier leader are collected by the next, which gives them their full time', async () => {
    const made = new World();
    await made.bury('a');
    await made.pass(60 * minuteMs);
    expect([made.tombstones, made.clock.pendingCount]).toEqual([['a'], 0]);
    made.gc.gained();
    await made.pass(15 * minuteMs - 1);
    expect(made.tombstones).toEqual(['a']);
    await made.pass(minuteMs);
    expect(made.tombstones).toEqual([]);
  });

  it('are no business of a server that lost its leadership', async () => {
    const made = new World();
    made.gc.gained();
    await made.bury('a');
    made.gc.lost();
    await made.bury('b');
    await made.pass(60 * minuteMs);
    expect([made.tombstones, made.reaps, made.clock.pendingCount]).toEqual([['a', 'b'], 0, 0]);
  });

  it('wait for their time once more when the log refuses', async () => {
    const made = new World();
    made.gc.gained();
    await made.bury('a');
    made.refusals = 1;
    await made.pass(16 * minuteMs);
    expect([made.tombstones, made.reaps]).toEqual([['a'], 1]);
    await made.pass(16 * minuteMs);
    expect([made.tombstones, made.reaps]).toEqual([[], 2]);
  });

  it('of a restored snapshot are collected', async () => {
    const made = new World();
    made.gc.gained();
    await made.bury('a');
    const state = await made.replica.snapshot();
    await made.pass(16 * minuteMs);
    await made.replica.restore(state);
    expect(made.tombstones).toEqual(['a']);
    await made.pass(16 * minuteMs);
    expect(made.tombstones).toEqual([]);
  });

  it('cost nothing where there are none', async () => {
    const made = new World();
    made.gc.gained();
    await made.pass(60 * minuteMs);
    expect([made.reaps, made.clock.pendingCount]).toEqual([0, 0]);
  });
});
