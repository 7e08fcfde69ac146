import type Database from 'libsql';
import { closeDatabase, openDatabase } from '../../base/database.ts';
import { s3Error } from '../s3-error.ts';

/** Marks a database as ours ("dsls"). */
const APPLICATION_ID = 0x64736c73;
/** Raised when a released version can no longer read what this one writes. */
const FORMAT = 1;

/**
 * `rank`: of the versions of a key the newest has the smallest. `uses`: how many versions and parts hold a blob;
 * one that nobody holds is about to go. `data`: NULL when the blob is a file.
 */
const TABLES = `
  CREATE TABLE numbers (reserved INTEGER NOT NULL);
  INSERT INTO numbers VALUES (0);
  CREATE TABLE buckets (id INTEGER PRIMARY KEY, settings TEXT NOT NULL);
  CREATE TABLE versions (
    bucket INTEGER NOT NULL, key BLOB NOT NULL, rank INTEGER NOT NULL, version TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (bucket, key, rank)
  ) WITHOUT ROWID;
  CREATE TABLE uploads (
    bucket INTEGER NOT NULL, key BLOB NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (bucket, key, id)
  ) WITHOUT ROWID;
  CREATE TABLE parts (
    upload TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (upload, number)
  ) WITHOUT ROWID;
  CREATE TABLE blobs (id INTEGER PRIMARY KEY, uses INTEGER NOT NULL, data BLOB);
  CREATE INDEX unused_blobs ON blobs (id) WHERE uses <= 0;
  CREATE INDEX blobs_in_files ON blobs (id) WHERE data IS NULL;`;

/** Numbers that are reserved at once: a write of the index is spared for all but one of them. */
const RESERVE = 1000;

/** Pages that the log of the database may have before they are moved to their place: 16 MiB, for fewer pauses. */
const LOG_PAGES = 4096;

/** Rows as arrays: the columns in the order of the statement. */
export type Row = readonly unknown[];

/** The database that knows all buckets, keys, versions, uploads and blobs of one directory. */
export class S3Index {
  readonly file: string;
  readonly #database: Database.Database;
  readonly #begin: Database.Statement;
  readonly #commit: Database.Statement;
  readonly #rollback: Database.Statement;
  readonly #reserve: Database.Statement;
  #undo: (() => void)[] = [];
  #last: (() => void)[] = [];
  #isInWhole = false;
  #isClosed = false;
  #number: number;
  #reserved: number;

  /** @throws StoreError */
  constructor(file: string) {
    this.file = file;
    this.#database = openDatabase({
      file,
      applicationId: APPLICATION_ID,
      format: FORMAT,
      tables: TABLES,
      // Not the blobs: that would read every small object there is.
      checked: ['numbers', 'buckets', 'versions', 'uploads', 'parts'],
    });
    this.#database.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#database.prepare('COMMIT');
    this.#rollback = this.#database.prepare('ROLLBACK');
    this.#reserve = this.#database.prepare('UPDATE numbers SET reserved = ?');
    this.#reserved = this.#readReserved();
    this.#number = this.#reserved;
  }

  /** Rows of a SELECT come as arrays. */
  prepare(sql: string): Database.Statement {
    const statement = this.#database.prepare(sql);
    return statement.reader ? statement.raw() : statement;
  }

  /** A number that was never given before, each time a greater one, also after a restart. From 1 on. */
  nextNumber(): number {
    if (this.#number >= this.#reserved) {
      this.whole(() => {
        this.#reserve.run(this.#number + RESERVE);
        this.#reserved = this.#number + RESERVE;
        this.onUndo(() => {
          this.#reserved = this.#number;
        });
      });
    }
    this.#number += 1;
    return this.#number;
  }

  /**
   * Everything that `act` writes is kept when this returns; nothing of it when it throws. May stand within
   * itself: then all is one.
   * @throws S3Error InsufficientStorage when the disk is full; or what `act` throws
   */
  whole<Result>(act: () => Result): Result {
    if (this.#isInWhole) return act();
    if (this.#isClosed) throw new Error(`${this.file} is closed: nothing can be kept any more.`);
    this.#isInWhole = true;
    try {
      this.#begin.run();
      const result = act();
      for (const last of this.#last) last();
      this.#commit.run();
      return result;
    } catch (error) {
      this.#takeBack();
      throw explainedWrite(error, this.file);
    } finally {
      this.#isInWhole = false;
      this.#undo = [];
      this.#last = [];
    }
  }

  /** Within `whole`: what to do when it turns out that nothing of it is kept. */
  onUndo(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Within `whole`: what to do when all else is written. */
  atLast(last: () => void): void {
    this.#last.push(last);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeDatabase(this.#database);
  }

  #takeBack(): void {
    for (const undo of this.#undo.reverse()) undo();
    // SQLite may have done it by itself, as it does when the disk is full.
    if (this.#database.inTransaction) this.#rollback.run();
  }

  #readReserved(): number {
    const row = this.prepare('SELECT reserved FROM numbers').get() as Row;
    return Number(row[0]);
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL']);

/** What failed while something was written below `place`: InsufficientStorage when there is no room for it. */
export function explainedWrite(error: unknown, place: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!FULL.has(code)) return error;
  return s3Error(
    'InsufficientStorage',
    `There is no room for it in ${place} (${code}). Make room on that disk.`,
  );
}
