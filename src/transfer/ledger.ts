import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import { makeDirectories } from '../base/make-directories.ts';
import type { RelPath } from '../base/path.ts';
import type { Entry } from '../storage/backend.ts';
import { entryFromText, entryText } from './entry-text.ts';
import { PAGE, prepareStatements, type Row, TABLES } from './ledger-sql.ts';

/** The stages of a transfer, in their order; within one, steps go in the order they were planned. */
export const LANES = { deleteFile: 0, deleteDirectory: 1, directory: 2, file: 3, link: 4 } as const;

export type Lane = keyof typeof LANES;

/** One item and what is to be done with it. */
export interface Step {
  readonly lane: Lane;
  readonly action: 'copy' | 'set-metadata' | 'delete';
  /** As the source has it; the destination's own for a `delete`. */
  readonly entry: Entry;
  /** What the destination has there. */
  readonly over?: Entry;
  /** The version to read, when it is not the newest. */
  readonly versionId?: string;
  /** The other name of the same file, for a link. */
  readonly linkTo?: RelPath;
}

/** A step in the ledger. */
export interface Planned extends Step {
  /** Counts up within its lane. */
  readonly seq: number;
  /** Of the content as it was read; only after it was copied. */
  readonly sha256?: string;
}

/** `blocked`: something of another kind is in the way that is going to be removed. */
export type StepState = 'planned' | 'done' | 'failed' | 'blocked';

/** The first name of a file with several. */
export interface FirstName {
  readonly path: RelPath;
  /** The destination's own id of that file, as it was found there. */
  readonly destinationId: string | undefined;
  /** It did not get to the destination. */
  readonly broken: boolean;
}

export interface ManifestEntry {
  readonly path: string;
  readonly versionId: string | undefined;
}

/** Changes in one transaction. */
const BATCH = 4096;

const rowsOf = (found: unknown) => found as Row[];

function stepOf(lane: Lane, row: Row): Planned {
  const [seq, path, action, entry, over, version, linkTo, sha256] = row;
  const at = String(path) as RelPath;
  return {
    lane,
    seq: Number(seq),
    action: action as Step['action'],
    entry: entryFromText(at, String(entry)),
    ...(over !== null && { over: entryFromText(at, String(over)) }),
    ...(version !== null && { versionId: String(version) }),
    ...(linkTo !== null && { linkTo: String(linkTo) as RelPath }),
    ...(sha256 !== null && { sha256: String(sha256) }),
  };
}

/**
 * What a run has planned, done and failed, on disk, so that memory does not grow with the locations. One
 * connection; never used by two runs.
 */
export class Ledger implements Disposable {
  readonly #db: Database.Database;
  readonly #statements: ReturnType<typeof prepareStatements>;
  /** Undefined for a ledger that is kept. */
  readonly #temporary: string | undefined;
  readonly #last = new Map<Lane, number>();
  #changes = 0;
  #asides = 0;
  #touched: string | undefined;

  /** @param path where it is kept; null for one that vanishes with the run */
  constructor(path: string | null) {
    this.#temporary = path === null ? mkdtempSync(join(tmpdir(), 'datasync-local-')) : undefined;
    const file = path ?? join(this.#temporary ?? '', 'ledger');
    if (path !== null) makeDirectories(dirname(path));
    if (path !== null) rmSync(path, { force: true });
    this.#db = new Database(file);
    // Its file has no name from now on: a run that is killed leaves nothing. Where that cannot be, it goes at the end.
    if (process.platform !== 'win32') this.#removeTemporary();
    // A killed run leaves a ledger that nobody resumes: safety against a crash would buy nothing.
    this.#db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;');
    this.#db.exec(TABLES);
    this.#statements = prepareStatements(this.#db);
    this.#db.exec('BEGIN');
  }

  /** Notes a step as `planned`, or as already `done`. */
  plan(step: Step): Planned {
    const seq = this.#last.get(step.lane) ?? 0;
    this.#last.set(step.lane, seq + 1);
    const { entry, over, action, versionId, linkTo } = step;
    this.#change();
    this.#statements.plan.run([
      LANES[step.lane],
      seq,
      entry.path,
      action,
      entryText(entry),
      over ? entryText(over) : null,
      versionId ?? null,
      linkTo ?? null,
      'planned',
    ]);
    return { ...step, seq };
  }

  /** How many steps a lane has. */
  count(lane: Lane): number {
    return this.#last.get(lane) ?? 0;
  }

  /** Notes how a step ended. */
  finish(step: Planned, state: StepState, sha256?: string): void {
    this.#change();
    this.#statements.finish.run([state, sha256 ?? null, LANES[step.lane], step.seq]);
  }

  /** The steps of a lane that are in `state`, in order. Steps may be finished and added meanwhile. */
  *steps(lane: Lane, state: StepState): Generator<Planned> {
    yield* this.#pages(lane, state, this.#statements.page, -1);
  }

  /** The same, the last step first. */
  *stepsBackwards(lane: Lane, state: StepState): Generator<Planned> {
    yield* this.#pages(lane, state, this.#statements.pageBackwards, this.count(lane));
  }

  *#pages(lane: Lane, state: StepState, page: Database.Statement, from: number): Generator<Planned> {
    for (let after = from; ; ) {
      const rows = rowsOf(page.all([LANES[lane], after, state]));
      for (const row of rows) {
        const step = stepOf(lane, row);
        after = step.seq;
        yield step;
      }
      if (rows.length < PAGE) return;
    }
  }

  /** Makes `done` quick; called once, when all steps are done. */
  indexDone(): void {
    this.#commit();
    this.#db.exec('CREATE INDEX IF NOT EXISTS by_path ON steps (path)');
    this.#db.exec('BEGIN');
  }

  /** The step that brought `path` to the destination. Call `indexDone` before. */
  done(path: RelPath): Planned | undefined {
    const row = this.#statements.done.get([path]) as Row | undefined;
    if (!row) return undefined;
    const lane = (Object.keys(LANES) as Lane[]).find((name) => LANES[name] === row[8]);
    return lane && stepOf(lane, row);
  }

  /** Notes an item of the source that is not at the destination as it is at the source, and that everybody knows it of. */
  setAside(path: string, why: string): void {
    this.#asides++;
    this.#change();
    this.#statements.setAside.run([path, why]);
  }

  isAside(path: RelPath): boolean {
    return this.#asides > 0 && this.#statements.isAside.get([path]) !== undefined;
  }

  /** Notes a directory in which something was made or removed. */
  touch(directory: RelPath): void {
    if (directory === this.#touched) return;
    this.#touched = directory;
    this.#change();
    this.#statements.touch.run([directory]);
  }

  /** Takes one directory out of the touched ones. */
  untouch(directory: RelPath): void {
    this.#change();
    this.#statements.untouch.run([directory]);
  }

  /** The touched directories, in no useful order. */
  *touchedDirectories(): Generator<RelPath> {
    let after: string | undefined;
    for (;;) {
      const rows = rowsOf(this.#statements.touched.all([after ?? '', after === undefined ? 0 : 1]));
      for (const [path] of rows) {
        after = String(path);
        yield after as RelPath;
      }
      if (rows.length < PAGE) return;
    }
  }

  firstName(linkId: string): FirstName | undefined {
    const row = this.#statements.firstName.get([linkId]) as Row | undefined;
    if (!row) return undefined;
    const [path, destinationId, broken] = row;
    return {
      path: String(path) as RelPath,
      destinationId: destinationId === null ? undefined : String(destinationId),
      broken: broken === 1,
    };
  }

  setFirstName(linkId: string, path: RelPath, destinationId: string | undefined): void {
    this.#change();
    this.#statements.setFirstName.run([linkId, path, destinationId ?? null]);
  }

  /** Says that the first name did not get to the destination. */
  breakFirstName(linkId: string, path: RelPath): void {
    this.#change();
    this.#statements.breakFirstName.run([linkId, path]);
  }

  /** Adds one line of the manifest. False when the path is there already. */
  addManifestEntry({ path, versionId }: ManifestEntry): boolean {
    this.#change();
    return this.#statements.addManifest.run([path, versionId ?? null]).changes > 0;
  }

  /** The manifest's lines, in their order. */
  *manifest(): Generator<ManifestEntry> {
    let after = 0;
    for (;;) {
      const rows = rowsOf(this.#statements.manifest.all([after]));
      for (const [seq, path, version] of rows) {
        after = Number(seq);
        yield { path: String(path), versionId: version === null ? undefined : String(version) };
      }
      if (rows.length < PAGE) return;
    }
  }

  [Symbol.dispose](): void {
    this.#commit();
    this.#db.close();
    this.#removeTemporary();
  }

  #removeTemporary(): void {
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
  }

  #change(): void {
    if (++this.#changes % BATCH !== 0) return;
    this.#commit();
    this.#db.exec('BEGIN');
  }

  #commit(): void {
    this.#db.exec('COMMIT');
  }
}
