import { type ServerContainer, startContainer } from './container.ts';

/** Switches of docker/nfs/entrypoint.sh. */
export interface NfsSwitches {
  /** Default: all of them. */
  readonly versions?: readonly ('3' | '4.0' | '4.1' | '4.2')[];
  readonly squash?: 'no_root_squash' | 'root_squash' | 'all_squash';
  readonly readOnly?: boolean;
  /** `names`: version 4 maps ids to names. */
  readonly owners?: 'numeric' | 'names';
  /** Beside /export; made where they are missing. `:ro` or `:root_squash` behind one is for it alone. */
  readonly exports?: readonly string[];
  /** Only clients with a source port below 1024. */
  readonly privilegedPorts?: boolean;
  /** The directory of an export in a file system that holds only so much. */
  readonly small?: { readonly path: string; readonly bytes: number };
  /** How long version 4 takes only what was open before, after each start. Default: not. */
  readonly graceSeconds?: number;
  readonly leaseSeconds?: number;
}

/** nfs-ganesha in a container of its own. /export is empty at first, and belongs to root with mode 0755. */
export interface NfsServer extends ServerContainer {
  readonly port: number;
  /** Of the MOUNT service of version 3. */
  readonly mountPort: number;
  /**
   * What is below a directory, told by find and sha256sum: one line an item, by path.
   * `f MODE UID:GID MTIME SIZE HASH PATH`, `d MODE UID:GID MTIME PATH/`, `l UID:GID MTIME TARGET PATH`; the root
   * is `./`, times are seconds, names of one file have the same `=NUMBER` behind the hash.
   */
  tree(directory: string): Promise<readonly string[]>;
}

export async function startNfsServer(switches: NfsSwitches = {}): Promise<NfsServer> {
  const { versions, squash, readOnly, owners, exports = [], privilegedPorts, small } = switches;
  const { graceSeconds, leaseSeconds } = switches;
  const container = await startContainer({
    image: 'nfs',
    ports: [2049, 20048],
    capabilities: ['DAC_READ_SEARCH'],
    withoutSeccomp: true,
    environment: {
      NFS_EXPORTS: ['/export', ...exports, ...(small ? [small.path] : [])].join(','),
      ...(versions && { NFS_VERSIONS: versions.join(',') }),
      ...(squash && { NFS_SQUASH: squash }),
      ...(readOnly && { NFS_READ_ONLY: 'yes' }),
      ...(owners && { NFS_OWNERS: owners }),
      ...(privilegedPorts && { NFS_PRIVILEGED_PORTS: 'yes' }),
      ...(graceSeconds !== undefined && { NFS_GRACE_SECONDS: String(graceSeconds) }),
      ...(leaseSeconds !== undefined && { NFS_LEASE_SECONDS: String(leaseSeconds) }),
    },
    ...(small && { smallDisks: { [small.path]: small.bytes } }),
  });
  const [port = 0, mountPort = 0] = container.ports;
  return {
    ...container,
    port,
    mountPort,
    tree: async (directory) =>
      linesOf(await container.sh(ITEMS, directory), await container.sh(HASHES, directory)),
  };
}

/** Of each item: what it is, its path, its target. */
const ITEMS = 'cd "$1"; find . -printf \'%y %m %U:%G %T@ %n %i %s\\0%P\\0%l\\0\'';
const HASHES = 'cd "$1"; find . -type f -print0 | xargs -0r sha256sum -z';

function linesOf(items: string, hashes: string): readonly string[] {
  const hashOf = new Map(
    hashes.split('\0').map((line) => [line.slice('  ./'.length + 64), line.slice(0, 8)] as const),
  );
  const inodes: string[] = [];
  const lines: [path: string, line: string][] = [];
  const all = items.split('\0');
  for (let at = 0; at + 3 <= all.length; at += 3) {
    const [what = '', path = '', target = ''] = all.slice(at, at + 3);
    const shown = what.startsWith('d') ? `${path || '.'}/` : path;
    lines.push([shown, `${lineOf(what, target, hashOf.get(path), inodes)} ${shown}`]);
  }
  return lines.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

/** `inodes` are those of files with several names, in the order in which they came. */
function lineOf(what: string, target: string, hash: string | undefined, inodes: string[]): string {
  const [type, bits = '', who, time = '', links, inode = '', size] = what.split(' ');
  const when = time.replace(/\.?0+$/, '');
  if (type === 'l') return `l ${who} ${when} ${target}`;
  const line = `${type} ${bits.padStart(4, '0')} ${who} ${when}`;
  if (type !== 'f') return line;
  if (links === '1') return `${line} ${size} ${hash}`;
  if (!inodes.includes(inode)) inodes.push(inode);
  return `${line} ${size} ${hash}=${inodes.indexOf(inode) + 1}`;
}
