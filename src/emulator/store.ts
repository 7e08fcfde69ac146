import { join } from 'node:path';
import type Database from 'libsql';
import { closeDatabase, explainedError, openDatabase } from '../base/database.ts';
import { type Collection, counter, LiveCollection } from './collection.ts';
import type { AgentRecord, ExecutionRecord, Kept, LocationRecord, TaskRecord } from './records.ts';

export { StoreError } from '../base/database.ts';

/** Where the records of the control plane are kept. */
export interface Store {
  readonly agents: Collection<AgentRecord>;
  readonly locations: Collection<LocationRecord>;
  readonly tasks: Collection<TaskRecord>;
  readonly executions: Collection<ExecutionRecord>;
  /** Nothing may be put or deleted afterwards. */
  close(): void;
}

/** Marks a database as ours ("dslc"). */
const APPLICATION_ID = 0x64736c63;
/** Raised when a released version can no longer read what this one writes. */
const FORMAT = 1;
const TABLES = `
  CREATE TABLE records (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    arn TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
  );`;

/**
 * What is put is on disk before `put` returns: a process that is killed loses nothing of it. Holds the file
 * `control-plane.sqlite` for itself alone until it is closed or the process ends.
 * @param dataDir made when it is not there; undefined: nothing outlives the process
 * @throws StoreError
 */
export function openStore(dataDir: string | undefined): Store {
  if (dataDir === undefined) return memoryStore();
  const file = join(dataDir, 'control-plane.sqlite');
  // It holds passwords: openDatabase lets nobody else read it.
  const database = openDatabase({ file, applicationId: APPLICATION_ID, format: FORMAT, tables: TABLES });
  try {
    return fileStore(database);
  } catch (error) {
    closeDatabase(database);
    throw explainedError(error, file);
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
      closeDatabase(database);
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
