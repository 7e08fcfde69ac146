import { randomUUID } from 'node:crypto';
import { join, parentOf, type RelPath } from '../../base/path.ts';
import { type CallOptions, type Entry, type Stamp, StorageError } from '../backend.ts';
import { ensureDirectory } from './directories.ts';
import { ACCESS, type CreateOptions, DISPOSITION, OPTION } from './operations/create.ts';
import { decodeSecurity, querySecurity, SECURITY_PART } from './operations/query-info.ts';
import { decodeDescriptor } from './rights/security-descriptor.ts';
import type { Share } from './share.ts';
import { RELATED_FILE_ID } from './smb-tree.ts';

/** Directories whose rights are remembered. */
const KEPT = 1024;

const PREFIX = '.aws-datasync-probe-';

/** Whether it is one of our files of a moment, which are never listed. */
export const isProbe = (name: string) => name.startsWith(PREFIX);

/**
 * Gives files that come from the staging folder the rights which they would have got where they end up: those that
 * the server makes of the directory's, or those of the file that is replaced. A server works them out when a file is
 * made, never when it is moved; so a file of a moment is made there, which goes as soon as it is closed.
 * @source AWS DataSync User Guide, "Metadata copied": without rights from the source, those of the parent folder
 */
export class InheritedRights {
  readonly #share: Share;
  /** DACLs by directory, the least recently asked first. */
  readonly #dacls = new Map<RelPath, Promise<string>>();

  constructor(share: Share) {
    this.#share = share;
  }

  /** The rights of `directory` have changed, or may have. */
  forget(directory: RelPath): void {
    this.#dacls.delete(directory);
  }

  /**
   * `stamp` with what a file at `path` has to be given in addition, because its staged place does not give it.
   * @param over the file that is replaced, if it is known
   */
  async complete(
    path: RelPath,
    staged: RelPath,
    stamp: Stamp,
    over: Entry | undefined,
    options: CallOptions,
  ): Promise<Stamp> {
    const replaced = over?.kind === 'file' ? over : undefined;
    const attributes = stamp.windowsAttributes ?? replaced?.metadata.windowsAttributes;
    const all = attributes === undefined ? stamp : { ...stamp, windowsAttributes: attributes };
    const own = replaced && (await this.#ofReplaced(path, options));
    if (stamp.security?.dacl !== undefined) return all;
    const [wanted, given] = await Promise.all([
      own ?? this.#daclIn(parentOf(path), options),
      this.#daclIn(parentOf(staged), options),
    ]);
    return wanted === given ? all : { ...all, security: { ...stamp.security, dacl: wanted } };
  }

  /**
   * The DACL of the file that is to be replaced; undefined for one that has gone, or may not be looked at.
   * @throws StorageError Busy when somebody holds it and does not share it: not every server refuses the move then
   */
  async #ofReplaced(path: RelPath, options: CallOptions): Promise<string | undefined> {
    const how = { access: ACCESS.READ_CONTROL | ACCESS.DELETE, options: OPTION.OPEN_REPARSE_POINT };
    try {
      return await this.#ask(path, how, options);
    } catch (error) {
      if (!(error instanceof StorageError) || !NOT_TOLD.has(error.kind)) throw error;
      return undefined;
    }
  }

  /** What a file gets that is made in `directory`, which is made when it is missing. */
  #daclIn(directory: RelPath, options: CallOptions): Promise<string> {
    const known = this.#dacls.get(directory);
    this.#dacls.delete(directory);
    const dacl = known ?? this.#find(directory, options);
    this.#dacls.set(directory, dacl);
    if (!known) dacl.catch(() => this.#dacls.delete(directory));
    if (this.#dacls.size > KEPT) {
      const [oldest] = this.#dacls.keys();
      if (oldest !== undefined) this.#dacls.delete(oldest);
    }
    return dacl;
  }

  async #find(directory: RelPath, options: CallOptions): Promise<string> {
    try {
      return await this.#probe(directory, options);
    } catch (error) {
      if (!(error instanceof StorageError) || error.kind !== 'NotFound') throw error;
      await ensureDirectory(this.#share, directory, options);
      return this.#probe(directory, options);
    }
  }

  #probe(directory: RelPath, options: CallOptions): Promise<string> {
    const how = {
      access: ACCESS.READ_CONTROL | ACCESS.DELETE,
      disposition: DISPOSITION.CREATE,
      options: OPTION.NON_DIRECTORY_FILE | OPTION.DELETE_ON_CLOSE,
    };
    return this.#ask(join(directory, PREFIX + randomUUID()), how, options);
  }

  /** The DACL of what CREATE opens. */
  #ask(path: RelPath, how: CreateOptions, options: CallOptions): Promise<string> {
    return this.#share.again(path, options, async () => {
      const asked = querySecurity(RELATED_FILE_ID, SECURITY_PART.DACL, this.#share.limits);
      const { responses } = await this.#share.withFile(path, how, [asked], options);
      const descriptor = responses[0] ? decodeSecurity(responses[0]) : Buffer.alloc(0);
      return decodeDescriptor(descriptor, SECURITY_PART.DACL).dacl ?? '';
    });
  }
}

const NOT_TOLD: ReadonlySet<StorageError['kind']> = new Set(['NotFound', 'PermissionDenied']);
