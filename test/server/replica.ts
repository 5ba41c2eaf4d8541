import {type Fact} from '../../src/fsm/fact.ts';
import {type Proposer} from '../../src/fsm/proposer.ts';
import {logType} from '../../src/raft/log-entry.ts';
import {type Type} from '../../src/schema/type.ts';
import {cascades} from '../../src/server/cascades.ts';
import {ServerFsm} from '../../src/server/server-fsm.ts';
import {commands, records} from '../../src/server/state-machine.ts';
import {Store} from '../../src/store/store.ts';

/** One server's state machine without a Raft: what is proposed is applied at once, each entry at the next index. */
export class Replica implements Proposer {
  readonly store = new Store();
  /** What the entries brought about, in their order. */
  readonly facts: Fact[] = [];
  /** Told of the same, entry by entry. */
  observe: (facts: readonly Fact[]) => void = () => undefined;
  replaced: () => void = () => undefined;
  /** Index of the entry applied last. */
  index = 0;
  readonly #fsm = new ServerFsm({
    store: this.store,
    commands,
    records,
    neighbours: cascades,
    observe: (facts) => {
      this.facts.push(...facts);
      this.observe(facts);
    },
    replaced: () => this.replaced(),
  });

  /** @returns what the command returned, a refusal too */
  async propose<Body>(type: number, codec: Type<Body>, body: Body): Promise<unknown> {
    const data = codec.toMsgpack(body, {typeByte: type});
    this.index++;
    const [result] = await this.#fsm.applyBatch([{index: this.index, term: 1, type: logType.command, data, extensions: null, appendedAtMs: 0}]);
    return result;
  }

  /** state.bin as this server would write it now. */
  async snapshot(): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#fsm.snapshot().write()) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async restore(state: Buffer): Promise<void> {
    await this.#fsm.restore(oneByOne([state]));
  }
}

async function* oneByOne(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
