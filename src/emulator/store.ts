import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { type Collection, counter, LiveCollection } from './collection.ts';
import type { AgentRecord, ExecutionRecord, Kept, LocationRecord, TaskRecord } from './records.ts';

/** Where the records of the control plane are kept. */
export interface Store {
  readonly agents: Collection<AgentRecord>;
  readonly locations: Collection<LocationRecord>;
  readonly tasks: Collection<TaskRecord>;
  readonly executions: Collection<ExecutionRecord>;
  /** Nothing may be put or deleted afterwards. */
  close(): void;
}

/** The data directory cannot be used; the message says why and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: 'locked' | 'newer' | 'damaged' | 'unwritable';

  constructor(reason: StoreError['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/** Marks a database as ours ("dslc"). */
const APPLICATION_ID = 0x64736c63;
/** Raised when a released version can no longer read what this one writes. */
const FORMAT = 1;

/**
 * What is put is on disk before `put` returns: a process that is killed loses nothing of it. Holds the file
 * `control-plane.sqlite` for itself alone until it is closed or the process ends.
 * @param dataDir made when it is not there; undefined: nothing outlives the process
 * @throws StoreError
 */
export function openStore(dataDir: string | undefined): Store {
  if (dataDir === undefined) return memoryStore();
  const file = join(dataDir, 'control-plane.sqlite');
  const database = openDatabase(dataDir, file);
  try {
    prepare(database, file);
    return fileStore(database);
  } catch (error) {
    close(database);
    throw explained(error, file);
  }
}

function memoryStore(): Store {
  return {
    agents: new LiveCollection(),
    locations: new LiveCollection(),
    tasks: new LiveCollection(),
    executions: new LiveCollection(),
    close: () => undefined,
  };
}

function openDatabase(dataDir: string, file: string): Database.Database {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // It holds passwords: nobody else may read it. Only a new file is touched, for closing a file drops its locks.
    if (!existsSync(file)) writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
    return new Database(file);
  } catch (error) {
    throw explained(error, file);
  }
}

function prepare(database: Database.Database, file: string): void {
  // The lock is the operating system's: it goes with the process, however that ends.
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  if (number(database, 'application_id') === APPLICATION_ID) checkFormat(database, file);
  else makeTables(database, file);
  const health = database.prepare('PRAGMA quick_check').raw().get() as unknown[];
  if (health[0] !== 'ok') throw damaged(file, new Error(String(health[0])));
}

function checkFormat(database: Database.Database, file: string): void {
  const format = number(database, 'user_version');
  if (format > FORMAT) {
    throw new StoreError(
      'newer',
      `${file} was written by a newer datasync-local (format ${format}; this one reads up to ${FORMAT}). Use that version, or another data directory.`,
    );
  }
}

function makeTables(database: Database.Database, file: string): void {
  if (database.prepare('SELECT name FROM sqlite_master LIMIT 1').get() !== undefined) {
    throw damaged(file, new Error('it is a database of another program'));
  }
  database.exec(`
    BEGIN EXCLUSIVE;
    CREATE TABLE records (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      arn TEXT NOT NULL UNIQUE,
      body TEXT NOT NULL
    );
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${FORMAT};
    COMMIT;
  `);
}

function close(database: Database.Database): void {
  try {
    // libsql keeps the file (and so the lock) until its statements are collected; this gives the lock back now.
    database.exec(
      'PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT 1 FROM records LIMIT 1',
    );
  } catch {
    // A file that could not be opened in the first place has no lock of ours.
  }
  database.close();
}

function number(database: Database.Database, pragma: 'application_id' | 'user_version'): number {
  const row = database.prepare(`PRAGMA ${pragma}`).raw().get() as unknown[];
  return Number(row[0]);
}

function fileStore(database: Database.Database): Store {
  // SQLite remembers the highest position of a table with AUTOINCREMENT, also that of a deleted row.
  const last = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'records'").raw().get();
  const nextPosition = counter(Array.isArray(last) ? Number(last[0]) : 0);
  let closed = false;
  // A statement of libsql still writes after its database was closed.
  const whileOpen = <Result>(act: () => Result) => {
    if (closed) throw new Error('The store of the control plane is closed: nothing can be kept any more.');
    return act();
  };
  return {
    agents: loaded<AgentRecord>(database, 'agent', nextPosition, whileOpen),
    locations: loaded<LocationRecord>(database, 'location', nextPosition, whileOpen),
    tasks: loaded<TaskRecord>(database, 'task', nextPosition, whileOpen),
    executions: loaded<ExecutionRecord>(database, 'execution', nextPosition, whileOpen),
    close: () => {
      closed = true;
      close(database);
    },
  };
}

function loaded<Record extends Kept>(
  database: Database.Database,
  kind: string,
  nextPosition: () => number,
  whileOpen: <Result>(act: () => Result) => Result,
): Collection<Record> {
  const put = database.prepare(
    `INSERT INTO records (position, kind, arn, body) VALUES (?, '${kind}', ?, ?)
     ON CONFLICT (arn) DO UPDATE SET body = excluded.body`,
  );
  const remove = database.prepare('DELETE FROM records WHERE arn = ?');
  const select = database.prepare('SELECT position, body FROM records WHERE kind = ? ORDER BY position');
  const rows = select.raw().all(kind) as [number, string][];
  return new LiveCollection<Record>(
    nextPosition,
    {
      put: (record, position) => void whileOpen(() => put.run(position, record.arn, JSON.stringify(record))),
      delete: (arn) => void whileOpen(() => remove.run(arn)),
    },
    rows.map(([position, body]) => ({ position, record: JSON.parse(body) as Record })),
  );
}

function damaged(file: string, cause: unknown): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(
    'damaged',
    `${file} is damaged or is no file of datasync-local (${why}). Move it away to start empty, or put a sound copy in its place.`,
    cause,
  );
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const UNWRITABLE = /^(E[A-Z]+|SQLITE_(CANTOPEN|READONLY|PERM|FULL|IOERR).*)$/;

function explained(error: unknown, file: string): unknown {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new StoreError(
      'locked',
      `${file} is in use by another process. Stop that datasync-local first, or use another data directory.`,
      error,
    );
  }
  if (UNWRITABLE.test(code)) {
    return new StoreError(
      'unwritable',
      `${file} cannot be opened for writing (${code}). Check that the directory exists, is yours and has room.`,
      error,
    );
  }
  if (error instanceof SyntaxError || code.startsWith('SQLITE_')) return damaged(file, error);
  return error;
}
