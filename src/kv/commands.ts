import {type ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command, type SlicedResult} from '../fsm/command.ts';
import {type Sliced} from '../runtime/slices.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {invalidOperation, invalidSession, missingSession} from './errors.ts';
import {tombstonesLeft} from './facts.ts';
import {type DirEntry, KvsRequest, TombstoneRequest} from './schema.ts';
import {indexKey, Kvs, lockedBy, Tombstones} from './state.ts';

/** Keys deleted or let go between two looks at the clock. */
const keysPerStep = 64;

/** Types 2 and 5 of the log (rpc-raft.md §15). */
export const kvCommands = [
  command<KvsRequest>({type: 2, name: 'KVS', decode: (body) => KvsRequest.fromMsgpack(body), apply: applyKvs}),
  command<TombstoneRequest>({type: 5, name: 'Tombstone', decode: (body) => TombstoneRequest.fromMsgpack(body), apply: applyReap}),
];

function applyKvs(context: ApplyContext, {Op, DirEnt}: KvsRequest): unknown {
  switch (Op) {
    case 'set':
      setEntry(context, DirEnt);
      return null;
    case 'delete':
      deleteEntry(context, DirEnt.Key);
      return null;
    case 'delete-cas':
      return deleteEntryCas(context, DirEnt.Key, DirEnt.ModifyIndex);
    case 'delete-tree':
      return deleteTree(context, DirEnt.Key);
    case 'cas':
      return setEntryCas(context, DirEnt);
    case 'lock':
      return lockEntry(context, DirEnt);
    case 'unlock':
      return unlockEntry(context, DirEnt);
    default:
      return invalidOperation(Op);
  }
}

/** A plain write: keeps the holder of the lock, but forgets how often it was taken (http-core.md §12.2). */
export function setEntry(context: ApplyContext, entry: DirEntry): void {
  const existing = context.tx.get(Kvs, entry.Key);
  writeEntry(context, entry, existing, existing?.Session ?? '', 0);
}

/** Writes only if the key is as the caller last saw it; index 0 means: is not there. */
export function setEntryCas(context: ApplyContext, entry: DirEntry): boolean {
  const existing = context.tx.get(Kvs, entry.Key);
  if (entry.ModifyIndex !== (existing?.ModifyIndex ?? 0)) return false;
  writeEntry(context, entry, existing, existing?.Session ?? '', 0);
  return true;
}

/** Takes the lock for `entry.Session`, and writes the value. False when another session has it. */
export function lockEntry(context: ApplyContext, entry: DirEntry): boolean | ConsulError {
  if (entry.Session === '') return missingSession();
  if (!context.neighbours.sessionExists(context.tx, entry.Session)) return invalidSession(entry.Session);
  const existing = context.tx.get(Kvs, entry.Key);
  if (existing === undefined) {
    writeEntry(context, entry, existing, entry.Session, 1);
    return true;
  }
  if (existing.Session === entry.Session) {
    writeEntry(context, entry, existing, entry.Session, existing.LockIndex);
    return true;
  }
  if (existing.Session !== '') return false;
  writeEntry(context, entry, existing, entry.Session, existing.LockIndex + 1);
  return true;
}

/** Gives the lock back, and writes the value. False when `entry.Session` does not hold it. */
export function unlockEntry(context: ApplyContext, entry: DirEntry): boolean | ConsulError {
  if (entry.Session === '') return missingSession();
  const existing = context.tx.get(Kvs, entry.Key);
  if (existing === undefined || existing.Session !== entry.Session) return false;
  writeEntry(context, entry, existing, '', existing.LockIndex);
  return true;
}

/**
 * Removes a key and leaves a tombstone, so that lists over it move their index; nothing happens where there is no such
 * key.
 */
export function deleteEntry(context: ApplyContext, key: ByteString): void {
  const {tx, index} = context;
  if (tx.delete(Kvs, key) === undefined) return;
  tx.put(Tombstones, {Key: key, ModifyIndex: index});
  tx.setIndex('kvs', index);
  tx.setIndex('tombstones', index);
  context.emit(tombstonesLeft(index));
}

/** True when the key is gone afterwards, which it also is when it never was. */
export function deleteEntryCas(context: ApplyContext, key: ByteString, modifyIndex: number): boolean {
  const existing = context.tx.get(Kvs, key);
  if (existing === undefined) return true;
  if (existing.ModifyIndex !== modifyIndex) return false;
  deleteEntry(context, key);
  return true;
}

/** Deletes all keys below a prefix, in slices. The prefix leaves one tombstone; the whole store leaves none. */
export function* deleteTree(context: ApplyContext, prefix: ByteString): SlicedResult {
  const {tx, index} = context;
  let deleted = 0;
  for (let last = keysPerStep; last === keysPerStep; deleted += last) {
    last = tx.deletePrefix(Kvs, prefix, keysPerStep);
    if (last === keysPerStep) yield;
  }
  if (deleted === 0) return null;
  tx.firePrefix(Kvs, prefix);
  tx.setIndex('kvs', index);
  if (prefix !== '') {
    tx.put(Tombstones, {Key: prefix, ModifyIndex: index});
    tx.setIndex('tombstones', index);
    context.emit(tombstonesLeft(index));
  }
  return null;
}

/** A session ended: what it held is let go, or deleted (http-core.md §14.5). @returns the keys */
export function* releaseLocks(context: ApplyContext, sessionId: string, behavior: string): Sliced<ByteString[]> {
  const held: ByteString[] = [];
  for (const entry of lockedBy(context.tx, sessionId)) {
    if (behavior === 'delete') deleteEntry(context, entry.Key);
    else writeEntry(context, entry, entry, '', entry.LockIndex);
    if (held.push(entry.Key) % keysPerStep === 0) yield;
  }
  return held;
}

/** Puts a row, unless nothing of it would differ: then its index stays (http-core.md §21.4). */
function writeEntry(context: ApplyContext, entry: DirEntry, existing: DirEntry | undefined, session: string, lockIndex: number): void {
  const {tx, index} = context;
  if (
    existing !== undefined &&
    existing.LockIndex === lockIndex &&
    existing.Flags === entry.Flags &&
    existing.Value === entry.Value &&
    existing.Session === session
  ) {
    return;
  }
  tx.put(Kvs, {
    LockIndex: lockIndex,
    Key: entry.Key,
    Flags: entry.Flags,
    Value: entry.Value,
    Session: session,
    CreateIndex: existing?.CreateIndex ?? index,
    ModifyIndex: index,
  });
  tx.setIndex('kvs', index);
}

/** Drops tombstones up to an index. Nobody is woken: what they stood for was told when it happened. */
function* applyReap({tx}: ApplyContext, {Op, ReapIndex}: TombstoneRequest): SlicedResult {
  if (Op !== 'reap') return invalidOperation(Op);
  const end = indexKey(ReapIndex + 1);
  for (;;) {
    const doomed = tx.byIndex(Tombstones, 'index').range({below: end}).toArray(keysPerStep);
    for (const tombstone of doomed) tx.delete(Tombstones, tombstone.Key);
    if (doomed.length < keysPerStep) return null;
    yield;
  }
}
