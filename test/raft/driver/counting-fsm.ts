import {type Fsm, type FsmSnapshot} from '../../../src/raft/driver/fsm.ts';
import {type LogEntry} from '../../../src/raft/log-entry.ts';

/** A state machine that remembers every command in order: its state is the list, so nothing lost or doubled goes unseen. */
export class CountingFsm implements Fsm {
  commands: string[] = [];
  restores = 0;

  applyBatch(entries: readonly LogEntry[]): readonly unknown[] | Promise<readonly unknown[]> {
    return entries.map((entry) => {
      this.commands.push(Buffer.from(entry.data ?? []).toString('latin1'));
      return `${entry.index}:${this.commands.length}`;
    });
  }

  snapshot(): FsmSnapshot {
    const held = [...this.commands];
    return {
      write: async function* () {
        for (let at = 0; at < held.length; at += 100) yield Buffer.from(`${held.slice(at, at + 100).join('\n')}\n`, 'latin1');
      },
      release: () => undefined,
    };
  }

  async restore(source: AsyncIterable<Buffer>): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of source) parts.push(part);
    const text = Buffer.concat(parts).toString('latin1');
    if (text.startsWith('bad')) throw new Error('not a state');
    this.commands = text === '' ? [] : text.trimEnd().split('\n');
    this.restores++;
  }
}
