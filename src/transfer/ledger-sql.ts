import type Database from 'libsql';

/** Columns of one row, in the order of the select. */
export type Row = readonly (string | number | null)[];

/** Rows read at a time. */
export const PAGE = 256;

export const TABLES = `
  CREATE TABLE steps (lane INTEGER, seq INTEGER, path TEXT, action TEXT, entry TEXT, over TEXT, version TEXT,
    link_to TEXT, state TEXT, sha256 TEXT, PRIMARY KEY (lane, seq)) WITHOUT ROWID;
  CREATE TABLE aside (path TEXT PRIMARY KEY, why TEXT) WITHOUT ROWID;
  CREATE TABLE touched (path TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE links (id TEXT PRIMARY KEY, path TEXT, destination_id TEXT, broken INTEGER) WITHOUT ROWID;
  CREATE TABLE manifest (seq INTEGER PRIMARY KEY, path TEXT UNIQUE, version TEXT);`;

const STEP = 'seq, path, action, entry, over, version, link_to, sha256';

type StatementName =
  | 'plan'
  | 'finish'
  | 'page'
  | 'pageBackwards'
  | 'done'
  | 'setAside'
  | 'isAside'
  | 'touch'
  | 'untouch'
  | 'touched'
  | 'firstName'
  | 'setFirstName'
  | 'breakFirstName'
  | 'addManifest'
  | 'manifest';

/** The ledger's statements, each prepared once. */
export function prepareStatements(
  db: Database.Database,
): Readonly<Record<StatementName, Database.Statement>> {
  const write = (sql: string): Database.Statement => db.prepare(sql);
  const read = (sql: string): Database.Statement => db.prepare(sql).raw();
  return {
    plan: write('INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)'),
    finish: write('UPDATE steps SET state = ?, sha256 = ? WHERE lane = ? AND seq = ?'),
    page: read(
      `SELECT ${STEP} FROM steps WHERE lane = ? AND seq > ? AND state = ? ORDER BY seq LIMIT ${PAGE}`,
    ),
    pageBackwards: read(
      `SELECT ${STEP} FROM steps WHERE lane = ? AND seq < ? AND state = ? ORDER BY seq DESC LIMIT ${PAGE}`,
    ),
    done: read(`SELECT ${STEP}, lane FROM steps WHERE path = ? AND state = 'done' AND action <> 'delete'`),
    setAside: write('INSERT OR IGNORE INTO aside VALUES (?, ?)'),
    isAside: read('SELECT why FROM aside WHERE path = ?'),
    touch: write('INSERT OR IGNORE INTO touched VALUES (?)'),
    untouch: write('DELETE FROM touched WHERE path = ?'),
    touched: read(
      `SELECT path FROM touched WHERE path > ?1 OR (?2 = 0 AND path = '') ORDER BY path LIMIT ${PAGE}`,
    ),
    firstName: read('SELECT path, destination_id, broken FROM links WHERE id = ?'),
    setFirstName: write('INSERT OR IGNORE INTO links VALUES (?, ?, ?, 0)'),
    breakFirstName: write('UPDATE links SET broken = 1 WHERE id = ? AND path = ?'),
    addManifest: write('INSERT OR IGNORE INTO manifest (path, version) VALUES (?, ?)'),
    manifest: read(`SELECT seq, path, version FROM manifest WHERE seq > ? ORDER BY seq LIMIT ${PAGE}`),
  };
}
