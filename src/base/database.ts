import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { makeDirectories } from './make-directories.ts';

/** A file of the data directory cannot be used; the message says which, why and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: 'locked' | 'newer' | 'damaged' | 'unwritable';

  constructor(reason: StoreError['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/** How to know a database of ours, and how to make it. */
export interface DatabaseKind {
  /** Directories above it are made when they are not there. */
  readonly file: string;
  /** 32 bits that mark the file as ours. */
  readonly applicationId: number;
  /** Raised when a released version can no longer read what this one writes. */
  readonly format: number;
  /** SQL that makes the tables of an empty database. */
  readonly tables: string;
  /** Tables that are looked through for damage at the start; default all. */
  readonly checked?: readonly string[];
}

/**
 * Opens a database that belongs to this process alone until it is closed or the process ends. What is committed
 * survives the end of the process, however it comes; the last moments before a power cut may be lost.
 * Nobody but its owner may read the file.
 * @throws StoreError
 */
export function openDatabase(kind: DatabaseKind): Database.Database {
  const { file } = kind;
  const database = connect(file);
  try {
    prepare(database, kind);
    return database;
  } catch (error) {
    closeDatabase(database);
    throw explainedError(error, file);
  }
}

function connect(file: string): Database.Database {
  try {
    makeDirectories(dirname(file), 0o700);
    // Only a new file is touched, for closing a file drops its locks.
    if (!existsSync(file)) writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
    return new Database(file);
  } catch (error) {
    throw explainedError(error, file);
  }
}

function prepare(database: Database.Database, kind: DatabaseKind): void {
  // The lock is the operating system's: it goes with the process, however that ends.
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  if (number(database, 'application_id') === kind.applicationId) checkFormat(database, kind);
  else makeTables(database, kind);
  for (const check of kind.checked?.map((table) => `quick_check('${table}')`) ?? ['quick_check']) {
    const health = database.prepare(`PRAGMA ${check}`).raw().get() as unknown[];
    if (health[0] !== 'ok') throw damaged(kind.file, new Error(String(health[0])));
  }
}

function checkFormat(database: Database.Database, { file, format }: DatabaseKind): void {
  const found = number(database, 'user_version');
  if (found > format) {
    throw new StoreError(
      'newer',
      `${file} was written by a newer datasync-local (format ${found}; this one reads up to ${format}). Use that version, or another data directory.`,
    );
  }
}

function makeTables(database: Database.Database, kind: DatabaseKind): void {
  if (database.prepare('SELECT name FROM sqlite_master LIMIT 1').get() !== undefined) {
    throw damaged(kind.file, new Error('it is a database of another program'));
  }
  database.exec(`
    BEGIN EXCLUSIVE;
    ${kind.tables}
    PRAGMA application_id = ${kind.applicationId};
    PRAGMA user_version = ${kind.format};
    COMMIT;
  `);
}

/** Closes it and gives back its lock. A statement of libsql still writes afterwards: its owner must not let it. */
export function closeDatabase(database: Database.Database): void {
  try {
    // libsql keeps the file (and so the lock) until its statements are collected; this gives the lock back now.
    database.exec(
      'PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_master LIMIT 1',
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

/** What failed while `file` was opened and read, as a StoreError; what is no trouble of the file is handed back. */
export function explainedError(error: unknown, file: string): unknown {
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
