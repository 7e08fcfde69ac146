import type { Clock } from '../../base/clock.ts';
import { nameOf, parentOf, type RelPath, ROOT } from '../../base/path.ts';
import type { Backend, CallOptions, Stamp } from '../backend.ts';
import { failed } from '../files/errors.ts';
import { checkLength } from '../files/tree.ts';
import { capabilitiesOf, entryOf } from './entry.ts';
import { attempt, isFailure } from './failures.ts';
import { listDirectory } from './listing.ts';
import type { NewAttributes, NfsClient, Node } from './nfs-client.ts';
import { replace } from './placing.ts';
import { readContent, readSmallFile } from './reading.ts';
import { remove } from './removing.ts';
import { Staging } from './staging.ts';
import { posixStamp, stampNode } from './stamping.ts';
import { ensureDirectory, NEW_DIRECTORY_MODE, type NfsTree, nodeAt, type Place } from './tree.ts';
import { Ways } from './ways.ts';
import { writeContent } from './writing.ts';

export interface NfsTreeOptions extends CallOptions {
  /** Such as `nfs://nas/export`. */
  readonly label: string;
  readonly clock: Clock;
  /** See `NfsConfig`. */
  readonly stagingId: string | undefined;
}

/**
 * What a client has mounted as a `Backend`. The client goes with it.
 * @throws StorageError, the client closed
 */
export async function nfsTree(
  client: NfsClient,
  { label, clock, stagingId, ...options }: NfsTreeOptions,
): Promise<Backend> {
  try {
    const staging = new Staging(client, stagingId);
    const root = await attempt(label, options, () => client.getAttributes(client.root, options));
    if (stagingId !== undefined) await attempt(label, options, () => staging.clear(options));
    const capabilities = capabilitiesOf(client.limits, root);
    return backendOf({ client, label, capabilities, ways: new Ways(client, clock), staging });
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}

function backendOf(tree: NfsTree): Backend {
  const { client, label, capabilities, staging } = tree;

  return {
    label,
    capabilities,

    list: (directory, options) => listDirectory(tree, directory, options),

    stat: (path, options = {}) =>
      attempt(path, options, async () => entryOf(tree, path, await nodeAt(tree, path, options), options)),

    read: (path, options) => readContent(tree, path, options),

    readSmall: (path, options) => attempt(path, options, () => readSmallFile(tree, path, options)),

    write: (path, body, stamp, options) => writeContent(tree, path, body, stamp, options),

    makeDirectory: (path, stamp, options = {}) =>
      attempt(path, options, () => makeDirectory(tree, path, stamp)),

    remove: (path, options = {}) => attempt(path, options, () => remove(tree, path, options)),

    setMetadata: (path, stamp, options = {}) =>
      attempt(path, options, async () => {
        await stampNode(client, await nodeAt(tree, path, options), posixStamp(stamp), options);
        return undefined;
      }),

    makeSymlink: (path, target, stamp, options = {}) =>
      attempt(path, options, async () => {
        if (target.includes('\0')) throw failed('EINVAL', path);
        const make = ({ directory, name }: Place, { mode: _mode, ...attributes }: NewAttributes) =>
          client.makeSymlink(directory, name, target, attributes);
        await replace(tree, path, posixStamp(stamp), make);
      }),

    makeHardLink: (path, existing, options = {}) =>
      attempt(path, options, () => makeHardLink(tree, path, existing)),

    makeDevice: (path, device, stamp, options = {}) =>
      attempt(path, options, () =>
        replace(tree, path, posixStamp(stamp), ({ directory, name }, attributes) =>
          client.makeDevice(directory, name, device, { mode: 0o600, ...attributes }),
        ),
      ),

    async [Symbol.asyncDispose]() {
      try {
        await attempt(label, {}, () => staging.dispose());
      } finally {
        await client[Symbol.asyncDispose]();
      }
    },
  };
}

async function makeDirectory(tree: NfsTree, path: RelPath, stamp: Stamp): Promise<void> {
  checkLength(tree, path);
  const posix = posixStamp(stamp);
  const node = path === ROOT ? await nodeAt(tree, path) : await takeDirectory(tree, path, posix);
  if (path !== ROOT) tree.ways.learn(path, node.handle);
  await stampNode(tree.client, node, posix);
}

/** The directory at `path`, made with `attributes` if it was not there. */
async function takeDirectory(tree: NfsTree, path: RelPath, attributes: NewAttributes): Promise<Node> {
  const make = () =>
    tree.ways.within(parentOf(path), (parent) =>
      tree.client.makeDirectory(parent, nameOf(path), { mode: NEW_DIRECTORY_MODE, ...attributes }),
    );
  try {
    return await make().catch(async (error: unknown) => {
      if (!isFailure(error, 'NOENT')) throw error;
      await ensureDirectory(tree, parentOf(path));
      // Whoever puts something into this directory may have made it meanwhile.
      return make();
    });
  } catch (error) {
    if (!isFailure(error, 'EXIST')) throw error;
    const there = await nodeAt(tree, path);
    if (there.attributes.type !== 'directory') throw failed('EEXIST', path, error);
    return there;
  }
}

async function makeHardLink(tree: NfsTree, path: RelPath, existing: RelPath): Promise<void> {
  const node = await nodeAt(tree, existing);
  if (node.attributes.type === 'directory') throw failed('EPERM', existing);
  await replace(tree, path, {}, async ({ directory, name }) => {
    await tree.client.link(node.handle, directory, name);
    return node;
  });
}
