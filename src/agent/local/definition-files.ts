import {createHash} from 'node:crypto';
import {type Dirent} from 'node:fs';
import {mkdir, readdir, readFile, rename, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {HealthCheck, NodeService} from '../../catalog/schema.ts';
import {CheckType} from '../../catalog/service-definition.ts';
import {type Logger} from '../../runtime/logger.ts';
import {replaceFile} from '../../runtime/replace-file.ts';
import {errorCode} from '../../runtime/system-error.ts';
import {struct, type TypeOf} from '../../schema/struct.ts';
import {bool, int64, nullable, str} from '../../schema/types.ts';
import {definitionFileBytesMax} from './limits.ts';

const PersistedService = struct('persistedService', {Token: str, Service: nullable(NodeService), Source: str, LocallyRegisteredAsSidecar: bool.omitEmpty()});
export type PersistedService = TypeOf<typeof PersistedService>;

const PersistedCheck = struct('persistedCheck', {Check: nullable(HealthCheck), ChkType: nullable(CheckType), Token: str, Source: str});
export type PersistedCheck = TypeOf<typeof PersistedCheck>;

/** Last word of a TTL check. Expires: Unix seconds at which it is out of date. */
const PersistedCheckState = struct('persistedCheckState', {CheckID: str, Output: str, Status: str, Expires: int64});
export type PersistedCheckState = TypeOf<typeof PersistedCheckState>;

/** A definition that was read, and the file it stands in. */
export interface Stored<T> {
  readonly path: string;
  readonly value: T;
}

interface FileKind<T> {
  readonly folder: string;
  readonly noun: string;
  readonly type: {toJson(value: T): string; fromJson(text: Uint8Array): T};
  idOf(value: T): string;
  /** Definitions must be on the disk when the answer is out; the word of a TTL check is soon out of date anyway. */
  readonly synced: boolean;
}

const services: FileKind<PersistedService> = {folder: 'services', noun: 'service', type: PersistedService, idOf: ({Service}) => Service?.ID ?? '', synced: true};
const checks: FileKind<PersistedCheck> = {folder: 'checks', noun: 'check', type: PersistedCheck, idOf: ({Check}) => Check?.CheckID ?? '', synced: true};
const checkStates: FileKind<PersistedCheckState> = {folder: join('checks', 'state'), noun: 'check state', type: PersistedCheckState, idOf: ({CheckID}) => CheckID, synced: false};

/**
 * What was registered with this agent, in the data_dir, in Consul's own files (agent-checks.md §13): a data_dir that is
 * moved from one program to the other is read by it. Without a data_dir nothing is kept.
 */
export class DefinitionFiles {
  readonly #dataDir: string;
  readonly #logger: Logger;
  readonly #writing = new Map<string, Promise<void>>();

  /** @param dataDir '' = none */
  constructor(dataDir: string, logger: Logger) {
    this.#dataDir = dataDir;
    this.#logger = logger;
  }

  async saveService(service: NodeService, token: string, source: string): Promise<void> {
    const value = {Token: token, Service: service, Source: source, LocallyRegisteredAsSidecar: service.LocallyRegisteredAsSidecar};
    await this.#save(services, service.ID, value);
  }

  async saveCheck(check: HealthCheck, type: CheckType | null, token: string, source: string): Promise<void> {
    await this.#save(checks, check.CheckID, {Check: check, ChkType: type, Token: token, Source: source});
  }

  async saveCheckState(state: PersistedCheckState): Promise<void> {
    await this.#save(checkStates, state.CheckID, state);
  }

  async purgeService(id: string): Promise<void> {
    await this.#purge(services, id);
  }

  /** Takes away a check's definition and its last word. */
  async purgeCheck(id: string): Promise<void> {
    await Promise.all([this.#purge(checks, id), this.#purge(checkStates, id)]);
  }

  async purgeCheckState(id: string): Promise<void> {
    await this.#purge(checkStates, id);
  }

  async loadServices(): Promise<readonly Stored<PersistedService>[]> {
    return await this.#loadAll(services);
  }

  async loadChecks(): Promise<readonly Stored<PersistedCheck>[]> {
    return await this.#loadAll(checks);
  }

  /** The last word of a TTL check, or undefined. One that cannot be read is taken away. */
  async loadCheckState(id: string): Promise<PersistedCheckState | undefined> {
    if (this.#dataDir === '') return undefined;
    const path = this.#pathOf(checkStates, id);
    try {
      return checkStates.type.fromJson(await readFile(path));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      this.#logger.error('failed decoding check state', {file: path, error});
      await rm(path, {force: true});
      return undefined;
    }
  }

  /** Takes a file away that stands for nothing any more. */
  async purgeFile(path: string): Promise<void> {
    await rm(path, {force: true});
  }

  #pathOf({folder}: {readonly folder: string}, id: string): string {
    return join(this.#dataDir, folder, createHash('sha256').update(id).digest('hex'));
  }

  async #save<T>(kind: FileKind<T>, id: string, value: T): Promise<void> {
    if (this.#dataDir === '') return;
    const path = this.#pathOf(kind, id);
    const text = kind.type.toJson(value);
    await this.#inTurn(path, async () => {
      await mkdir(join(this.#dataDir, kind.folder), {recursive: true, mode: 0o700});
      await replaceFile(path, text, {mode: 0o600, synced: kind.synced});
    });
  }

  async #purge(kind: {readonly folder: string}, id: string): Promise<void> {
    if (this.#dataDir === '') return;
    const path = this.#pathOf(kind, id);
    await this.#inTurn(path, () => rm(path, {force: true}));
  }

  /** Writes to one file wait for one another, so that the last one asked for is the one that stays. */
  async #inTurn(path: string, work: () => Promise<void>): Promise<void> {
    const before = this.#writing.get(path) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#writing.set(path, mine);
    try {
      await mine;
    } finally {
      if (this.#writing.get(path) === mine) this.#writing.delete(path);
    }
  }

  async #loadAll<T>(kind: FileKind<T>): Promise<readonly Stored<T>[]> {
    if (this.#dataDir === '') return [];
    const folder = join(this.#dataDir, kind.folder);
    const found: Stored<T>[] = [];
    for (const entry of await entriesOf(folder)) {
      // A write that was cut short leaves its temporary file behind; folders hold other things.
      if (!entry.isFile() || entry.name.endsWith('tmp')) continue;
      const path = join(folder, entry.name);
      const value = await this.#load(kind, path);
      if (value === undefined) continue;
      const id = kind.idOf(value);
      if (id === '') {
        this.#logger.error(`Failed decoding ${kind.noun} file`, {file: path, error: 'it holds no definition'});
        continue;
      }
      // Old versions named the files otherwise; under that name nobody would take them away again.
      const named = this.#pathOf(kind, id);
      if (named !== path) await rename(path, named);
      found.push({path: named, value});
    }
    return found;
  }

  async #load<T>(kind: FileKind<T>, path: string): Promise<T | undefined> {
    try {
      const {size} = await stat(path);
      if (size > definitionFileBytesMax) throw new Error(`file has ${size} bytes, more than ${definitionFileBytesMax}`);
      return kind.type.fromJson(await readFile(path));
    } catch (error) {
      this.#logger.error(`Failed decoding ${kind.noun} file`, {file: path, error});
      return undefined;
    }
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, {withFileTypes: true});
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
