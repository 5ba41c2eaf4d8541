import {ArchivedMeta} from '../../../raft/snapshot/snapshot-archive-reader.ts';
import {StateCutter} from '../../../server/state-cutter.ts';
import {CommandFailure, defineCommand, type CommandIo, printLine} from '../../command.ts';
import {recordJson} from './record-json.ts';
import {recordName} from './record-names.ts';
import {readSnapshotFile, type StateSink} from './snapshot-file.ts';

/** `consul snapshot decode` (cli.md §3.10). */
export const snapshotDecodeCommand = defineCommand({
  usage:
    'consul snapshot decode [options] FILE\n\n  Prints what a snapshot holds, a line of JSON for each record: first what it says of itself,\n  then all records in their order. No agent is asked. Keys, tokens and private keys are shown.\n\n      $ consul snapshot decode backup.snap | jq \'select(.Type == "Register").Data.Node\'',
  flags: {},
  async run({args, io}) {
    const [file] = args;
    if (file === undefined) throw new CommandFailure('Missing FILE argument');
    if (args.length > 1) throw new CommandFailure(`Too many arguments (expected 1, got ${args.length})`);
    // Nothing is shown of a file that is not whole.
    const meta = await readSnapshotFile(file, {add: () => undefined, end: () => undefined});
    printLine(io, `{"Data":${ArchivedMeta.toJson(meta)},"Type":"SnapshotHeader"}`);
    await readSnapshotFile(file, new RecordPrinter(io));
    return 0;
  },
});

class RecordPrinter implements StateSink {
  readonly #io: CommandIo;
  readonly #cutter = new StateCutter();

  constructor(io: CommandIo) {
    this.#io = io;
  }

  add(piece: Buffer): void {
    this.#cutter.push(piece);
    for (let record = this.#cutter.next(); record !== null; record = this.#cutter.next()) {
      printLine(this.#io, `{"Data":${recordJson(record.type, record.value)},"Type":"${recordName(record.type)}"}`);
    }
  }

  end(): void {
    this.#cutter.end();
  }
}
