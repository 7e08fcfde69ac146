import type Database from 'libsql';
import type { Random } from '../../base/random.ts';
import type { Content, ObjectDraft } from '../object-store.ts';
import { type Upload, type UploadedPart, type Uploads, uploadId } from '../uploads.ts';
import { type FileContents, type Stretch, stretchesOf } from './file-content.ts';
import type { Row, S3Index } from './s3-index.ts';

type UploadBody = Omit<Upload, 'id' | 'parts'>;
type PartBody = Omit<UploadedPart, 'partNumber' | 'content'> & { readonly content: readonly Stretch[] };

/** The uploads of one bucket as rows of the index. */
export class FileUploads implements Uploads {
  readonly #bucket: number;
  readonly #index: S3Index;
  readonly #contents: FileContents;
  readonly #random: Random;
  readonly #sql: Statements;

  constructor(bucket: number, index: S3Index, contents: FileContents, random: Random, sql: Statements) {
    this.#bucket = bucket;
    this.#index = index;
    this.#contents = contents;
    this.#random = random;
    this.#sql = sql;
  }

  start(draft: ObjectDraft, startedAt: number, checksum: Upload['checksum']): Upload {
    const body: UploadBody = { draft, startedAt, ...(checksum && { checksum }) };
    const id = uploadId(this.#index.nextNumber(), this.#random);
    this.#index.whole(() =>
      this.#sql.start.run(this.#bucket, Buffer.from(draft.key), id, JSON.stringify(body)),
    );
    return { ...body, id, parts: new Map() };
  }

  get(key: string, id: string): Upload | undefined {
    const row = this.#sql.get.get(this.#bucket, Buffer.from(key), id) as Row | undefined;
    return row && this.#upload(id, row[0] as string);
  }

  addPart(id: string, part: UploadedPart): boolean {
    const { partNumber, content, ...rest } = part;
    return this.#index.whole(() => {
      if (this.#sql.isOpen.get(this.#bucket, id) === undefined) return false;
      const replaced = this.#sql.part.get(id, partNumber) as Row | undefined;
      if (replaced) this.#contents.release(this.#part(partNumber, replaced[0] as string).content);
      this.#contents.keep(content, (undo) => this.#index.onUndo(undo));
      const body: PartBody = { ...rest, content: stretchesOf(content) };
      this.#sql.addPart.run(id, partNumber, JSON.stringify(body));
      return true;
    });
  }

  finish(id: string, parts: readonly UploadedPart[]): Content {
    const content = this.#contents.join(
      parts.map((part) => ({ content: part.content, start: 0, end: part.content.sizeBytes })),
    );
    try {
      this.end(id);
      return content;
    } catch (error) {
      this.#contents.release(content);
      throw error;
    }
  }

  end(id: string): void {
    this.#index.whole(() => {
      for (const part of this.#parts(id).values()) this.#contents.release(part.content);
      this.#sql.endParts.run(id);
      this.#sql.end.run(this.#bucket, id);
    });
  }

  clear(): void {
    this.#index.whole(() => {
      for (const upload of this.list()) this.end(upload.id);
    });
  }

  list(): readonly Upload[] {
    const rows = this.#sql.list.all(this.#bucket) as Row[];
    return rows.map(([id, body]) => this.#upload(id as string, body as string));
  }

  #upload(id: string, text: string): Upload {
    let parts: ReadonlyMap<number, UploadedPart> | undefined;
    const load = () => {
      parts ??= this.#parts(id);
      return parts;
    };
    return {
      ...(JSON.parse(text) as UploadBody),
      id,
      // Read when they are asked for: there may be 10,000, and most calls want to know only that there is an upload.
      get parts() {
        return load();
      },
    };
  }

  #parts(id: string): ReadonlyMap<number, UploadedPart> {
    const rows = this.#sql.parts.all(id) as Row[];
    return new Map(
      rows.map(([number, body]) => [Number(number), this.#part(Number(number), body as string)]),
    );
  }

  #part(partNumber: number, text: string): UploadedPart {
    const body = JSON.parse(text) as PartBody;
    return { ...body, partNumber, content: this.#contents.known(body.content) };
  }
}

type Verb = 'start' | 'get' | 'isOpen' | 'list' | 'end' | 'part' | 'parts' | 'addPart' | 'endParts';
/** What the uploads of a bucket ask of the index; the same for all buckets. */
type Statements = Readonly<Record<Verb, Database.Statement>>;

/** Prepared once for all buckets. */
export function uploadStatements(index: S3Index): Statements {
  return {
    start: index.prepare('INSERT INTO uploads (bucket, key, id, body) VALUES (?, ?, ?, ?)'),
    get: index.prepare('SELECT body FROM uploads WHERE bucket = ? AND key = ? AND id = ?'),
    isOpen: index.prepare('SELECT 1 FROM uploads WHERE bucket = ? AND id = ?'),
    list: index.prepare('SELECT id, body FROM uploads WHERE bucket = ? ORDER BY key, id'),
    end: index.prepare('DELETE FROM uploads WHERE bucket = ? AND id = ?'),
    part: index.prepare('SELECT body FROM parts WHERE upload = ? AND number = ?'),
    parts: index.prepare('SELECT number, body FROM parts WHERE upload = ? ORDER BY number'),
    addPart: index.prepare('INSERT OR REPLACE INTO parts (upload, number, body) VALUES (?, ?, ?)'),
    endParts: index.prepare('DELETE FROM parts WHERE upload = ?'),
  };
}
