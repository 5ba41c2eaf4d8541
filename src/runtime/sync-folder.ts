import {open} from 'node:fs/promises';

interface Round {
  readonly done: Promise<void>;
  /** For those who came after it began: it may have missed their names. */
  next: Promise<void> | undefined;
}

const underWay = new Map<string, Round>();

/**
 * Puts the names in a folder on the disk: a file's name is there only when its folder is. Many who ask together share one
 * sync, which begins after the last of them has asked. @throws Error of the disk
 */
export function syncFolder(path: string): Promise<void> {
  const round = underWay.get(path);
  if (round === undefined) return begin(path);
  const again = (): Promise<void> => begin(path);
  return (round.next ??= round.done.then(again, again));
}

function begin(path: string): Promise<void> {
  const round: Round = {done: sync(path), next: undefined};
  underWay.set(path, round);
  const end = (): void => {
    // Who waits for the next round begins it now.
    if (round.next === undefined) underWay.delete(path);
  };
  round.done.then(end, end);
  return round.done;
}

async function sync(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
