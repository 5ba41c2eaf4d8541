import {createReadStream, openSync} from 'node:fs';
import {ArchiveError, type ArchivedMeta, verifyArchive} from '../../../raft/snapshot/snapshot-archive-reader.ts';
import {errorText} from '../../../runtime/thrown.ts';
import {CommandFailure} from '../../command.ts';
import {openErrorText} from '../../../runtime/system-error.ts';

/** Takes a snapshot's state piece by piece. */
export interface StateSink {
  /** @throws Error for what is no state */
  add(piece: Buffer): void;
  /** No more pieces come. @throws Error when the last record is not whole */
  end(): void;
}

/**
 * Reads a snapshot's file to its end, and gives its state to who asked as it passes. A wrong sum is told before what may
 * only be its consequence.
 * @throws CommandFailure in the words of 1.21.4
 */
export async function readSnapshotFile(file: string, sink: StateSink): Promise<ArchivedMeta> {
  const faults: unknown[] = [];
  const attempt = (work: () => void): void => {
    if (faults.length > 0) return;
    try {
      work();
    } catch (error) {
      faults.push(error);
    }
  };
  try {
    const meta = await verifyArchive(createReadStream(file, {fd: opened(file)}), (piece) => attempt(() => sink.add(piece)));
    attempt(() => sink.end());
    for (const fault of faults) throw new CommandFailure(`Error extracting snapshot data: ${errorText(fault)}`);
    return meta;
  } catch (error) {
    if (error instanceof ArchiveError) throw new CommandFailure(`Error reading snapshot: ${error.message}`);
    throw error;
  }
}

function opened(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw new CommandFailure(`Error opening snapshot file: ${openErrorText(error, file)}`);
  }
}
