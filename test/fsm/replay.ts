import {cascades} from '../../src/server/cascades.ts';
import {ServerFsm} from '../../src/server/server-fsm.ts';
import {commands, records} from '../../src/server/state-machine.ts';
import {Store} from '../../src/store/store.ts';
import {bytesOf, entriesOf, type TapeStep} from './log-tape.ts';
import {stateText} from './state-text.ts';

/** A state machine that is fed entries as a log has them. */
export class Replay {
  readonly store = new Store();
  readonly fsm = new ServerFsm({store: this.store, commands, records, neighbours: cascades, observe: () => undefined, replaced: () => undefined});

  /** @param state a state.bin */
  async restore(state: Buffer): Promise<void> {
    await this.fsm.restore((async function* () {
      yield await Promise.resolve(state);
    })());
  }

  /** state.bin as this server would write it now. */
  async state(): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.fsm.snapshot().write()) pieces.push(piece);
    return Buffer.concat(pieces);
  }
}

/** Lines of the state in which a replay differs from what was recorded. */
export interface Difference {
  readonly request: string;
  readonly missing: readonly string[];
  readonly tooMuch: readonly string[];
}

/**
 * Restores a state and applies what came after it, entry by entry.
 * @param shown what of a line of the state counts
 * @returns the first step after which the state is not as it was recorded; undefined when there is none
 */
export async function replay(state: Buffer, steps: readonly TapeStep[], shown: (line: string) => string = (line) => line): Promise<Difference | undefined> {
  let machine = new Replay();
  await machine.restore(state);
  const wanted = new Set(stateText(state).map(shown));
  const restored = await differenceOf('restored', wanted, machine, shown);
  if (restored !== undefined) return restored;
  for (const step of steps) {
    if (step.restored !== undefined) {
      machine = new Replay();
      await machine.restore(bytesOf(step.restored));
    }
    for (const entry of entriesOf(step)) await machine.fsm.applyBatch([entry]);
    for (const line of step.gone) wanted.delete(shown(line));
    for (const line of step.come) wanted.add(shown(line));
    const difference = await differenceOf(step.request, wanted, machine, shown);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

async function differenceOf(
  request: string, wanted: ReadonlySet<string>, machine: Replay, shown: (line: string) => string): Promise<Difference | undefined> {
  const got = new Set(stateText(await machine.state()).map(shown));
  const missing = [...wanted].filter((line) => !got.has(line));
  const tooMuch = [...got].filter((line) => !wanted.has(line));
  return missing.length + tooMuch.length === 0 ? undefined : {request, missing, tooMuch};
}
