import {verifyArchive} from '../../../src/raft/snapshot/snapshot-archive-reader.ts';
import {stateText} from '../../fsm/state-text.ts';

/** How the states of different servers are laid side by side. */
export interface ComparisonOptions {
  /**
   * One of them is older than ours: it does not write the fields it does not know (were there something in them, it would
   * be seen in ours), and its rules for the table of indexes are others.
   */
  readonly older: boolean;
  /** Records that need not be equal. */
  readonly leavingOut?: RegExp;
}

/** The records of a server's snapshot as lines of text, sorted. @param archive what GET /v1/snapshot answers */
export async function snapshotRecords(archive: Buffer, {older, leavingOut}: ComparisonOptions): Promise<readonly string[]> {
  const pieces: Buffer[] = [];
  await verifyArchive(archive, (piece) => void pieces.push(piece));
  const records = stateText(Buffer.concat(pieces)).filter((record) => leavingOut?.test(record) !== true);
  return older ? records.filter((record) => !record.startsWith('16 ')).map(withoutZeros) : records;
}

function withoutZeros(record: string): string {
  const zero = String.raw`"\w+":(?:null|""|0|false|\{\}|\[\])`;
  const field = new RegExp(`,${zero}(?=[,}])|(?<=\\{)${zero},?`, 'g');
  const less = record.replace(field, '');
  return less === record ? record : withoutZeros(less);
}

/** What one state has and the other has not: lines of the first with `-`, of the second with `+`. Empty when they are equal. */
export function stateDifferences(one: readonly string[], other: readonly string[]): readonly string[] {
  const differing = [...missingIn(other, one).map((record) => ({sign: '-', record})), ...missingIn(one, other).map((record) => ({sign: '+', record}))];
  return differing.sort((a, b) => (a.record < b.record ? -1 : 1)).map(({sign, record}) => `${sign} ${record}`);
}

/** Records may stand more than once. */
function missingIn(there: readonly string[], here: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const record of there) left.set(record, (left.get(record) ?? 0) + 1);
  return here.filter((record) => {
    const count = left.get(record) ?? 0;
    left.set(record, count - 1);
    return count <= 0;
  });
}
