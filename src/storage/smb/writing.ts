import type { Clock } from '../../base/clock.ts';
import { type RelPath, ROOT } from '../../base/path.ts';
import type { CallOptions, Entry, Stamp, WriteOptions, Written } from '../backend.ts';
import type { InheritedRights } from './inherited-rights.ts';
import { checkNames } from './names.ts';
import { NT_STATUS } from './nt-status.ts';
import { ACCESS, DISPOSITION } from './operations/create.ts';
import { checkWritten, write } from './operations/write.ts';
import { place } from './placing.ts';
import type { Share } from './share.ts';
import { RELATED_FILE_ID, SmbFailure } from './smb-tree.ts';
import { StagedFile } from './staged-file.ts';
import type { Staging } from './staging.ts';
import { accessFor, hasProperties, requestsOnceMoved, stampRequests } from './stamping.ts';
import { failed } from './translate.ts';

/** Up to here a content is gathered, and a file made, written, stamped and moved in one message. */
const SMALL_BYTES = 256 * 1024;

/** What writing needs of a location. */
export interface WritePlace {
  readonly share: Share;
  readonly staging: Staging;
  readonly rights: InheritedRights;
  readonly clock: Clock;
  /** The server can keep holes. */
  readonly sparse: boolean;
}

/** See `Backend.write`. */
export async function writeContent(
  where: WritePlace,
  path: RelPath,
  body: AsyncIterable<Uint8Array>,
  stamp: Stamp,
  { signal, sparse = false, over }: WriteOptions = {},
): Promise<Written> {
  signal?.throwIfAborted();
  if (path === ROOT) throw failed(NT_STATUS.FILE_IS_A_DIRECTORY, path);
  checkNames(path);
  const { share, staging } = where;
  const options = signal ? { signal } : {};
  const most = Math.min(SMALL_BYTES, share.limits.writeBytes);
  const holes = sparse && where.sparse;
  let held: Uint8Array[] = [];
  let sizeBytes = 0;
  let file: StagedFile | undefined;
  const begin = async () => {
    file ??= await share.again(path, options, () =>
      staging.create((at) => StagedFile.make(where, at, path, { stamp, over, holes, options })),
    );
    for (const part of held) await file.take(part);
    held = [];
    return file;
  };
  try {
    for await (const chunk of body) {
      signal?.throwIfAborted();
      sizeBytes += chunk.length;
      held.push(chunk);
      if (sizeBytes > most) await begin();
    }
    signal?.throwIfAborted();
    if (!file && !holes && !hasProperties(stamp))
      await writeSmall(where, path, { held, sizeBytes, stamp, over, options });
    else await (await begin()).finish();
    return { sizeBytes };
  } catch (error) {
    if (file) await staging.discard(await file.abandon());
    throw error;
  }
}

interface SmallWrite {
  readonly held: readonly Uint8Array[];
  readonly sizeBytes: number;
  readonly stamp: Stamp;
  readonly over: Entry | undefined;
  readonly options: CallOptions;
}

/** The whole content is at hand: when the connection breaks, it is written once more. */
async function writeSmall(where: WritePlace, path: RelPath, small: SmallWrite): Promise<void> {
  const { share, staging } = where;
  await share.again(path, small.options, () =>
    staging.create(async (staged) => {
      try {
        await makeAndMove(where, staged, path, small);
      } catch (error) {
        // Of a name that was taken, the file is somebody else's.
        if (!isOfCreate(error)) await staging.discard(staged);
        throw error;
      }
    }),
  );
}

const isOfCreate = (error: unknown) => error instanceof SmbFailure && error.command === 'CREATE';

/** Moved in a message of its own: some servers go on behind a refusal, and half a file must not get its name. */
async function makeAndMove(
  { share, rights, clock }: WritePlace,
  staged: RelPath,
  path: RelPath,
  { held, sizeBytes, stamp, over, options }: SmallWrite,
): Promise<void> {
  const all = await rights.complete(path, staged, stamp, over, options);
  const access = accessFor(all);
  const how = { access: access | ACCESS.WRITE_DATA | ACCESS.DELETE, disposition: DISPOSITION.CREATE };
  const content = sizeBytes === 0 ? [] : [write(RELATED_FILE_ID, 0, held, sizeBytes)];
  const { handle, responses } = await share.open(
    staged,
    how,
    [...content, ...stampRequests(path, all)],
    options,
  );
  try {
    if (sizeBytes > 0 && responses[0]) checkWritten(responses[0].message, sizeBytes);
  } catch (error) {
    await share.close(handle);
    throw error;
  }
  await place(share, clock, handle, { path, after: requestsOnceMoved(all, false), access });
}
