import { join } from 'node:path';
import { explainedError } from '../../base/database.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { BucketSettings } from '../bucket.ts';
import type { Shelf, Storeroom } from '../shelf.ts';
import { Blobs } from './blobs.ts';
import { fileContents } from './file-content.ts';
import { FileUploads, uploadStatements } from './file-uploads.ts';
import { FileVersions, versionStatements } from './file-versions.ts';
import { removeLeftovers } from './leftovers.ts';
import { RecentVersions } from './recent-versions.ts';
import { type Row, S3Index } from './s3-index.ts';

interface Parts {
  readonly random: Random;
  readonly log: Log;
}

/**
 * Buckets and objects in `directory`, which is made when it is not there and belongs to this process until it is
 * closed: `index.sqlite` and, for what is not small, files below `contents`. What was answered survives the end
 * of the process, however it comes.
 * @throws StoreError
 */
export function openStoreroom(directory: string, { random, log }: Parts): Storeroom {
  const index = new S3Index(join(directory, 'index.sqlite'));
  try {
    removeLeftovers(index, join(directory, 'contents'), log);
    return storeroomOf(index, directory, { random, log });
  } catch (error) {
    index.close();
    throw explainedError(error, index.file);
  }
}

function storeroomOf(index: S3Index, directory: string, { random, log }: Parts): Storeroom {
  const blobs = new Blobs(index, join(directory, 'contents'), log);
  const contents = fileContents(blobs, directory, (act) => index.whole(act));
  const recent = new RecentVersions();
  const versions = versionStatements(index);
  const uploads = uploadStatements(index);
  const insert = index.prepare('INSERT INTO buckets (id, settings) VALUES (?, ?)');
  const update = index.prepare('UPDATE buckets SET settings = ? WHERE id = ?');
  const remove = index.prepare("DELETE FROM buckets WHERE settings ->> '$.name' = ?");
  const rows = index.prepare('SELECT id, settings FROM buckets').all() as Row[];

  const shelf = (id: number): Shelf => ({
    versions: new FileVersions(id, index, contents, recent, versions),
    uploads: new FileUploads(id, index, contents, random, uploads),
    nextNumber: () => index.nextNumber(),
    whole: (act) => index.whole(act),
    keepSettings: (settings) => void index.whole(() => update.run(JSON.stringify(settings), id)),
  });
  return {
    contents,
    kept: rows.map(([id, settings]) => ({
      settings: JSON.parse(settings as string) as BucketSettings,
      shelf: shelf(Number(id)),
    })),
    add(settings) {
      const id = index.nextNumber();
      index.whole(() => insert.run(id, JSON.stringify(settings)));
      return shelf(id);
    },
    remove: (bucket) =>
      index.whole(() => {
        bucket.uploads.clear();
        remove.run(bucket.name);
      }),
    async close() {
      await blobs.settled();
      index.close();
    },
  };
}
