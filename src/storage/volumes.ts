import { Volume } from 'memfs';

/** The in-memory volumes of one emulator, by name. A volume exists as soon as somebody names it. */
export interface Volumes {
  get(name: string): Volume;
  names(): readonly string[];
  /** Forgets one; it may be unknown. */
  remove(name: string): void;
  /** Forgets all. */
  clear(): void;
}

export function createVolumes(): Volumes {
  const volumes = new Map<string, Volume>();
  return {
    get(name) {
      const known = volumes.get(name);
      if (known) return known;
      const made = asServedToRoot(new Volume());
      volumes.set(name, made);
      return made;
    },
    names: () => [...volumes.keys()],
    remove: (name) => void volumes.delete(name),
    clear: () => volumes.clear(),
  };
}

type Core = Volume['_core'];
type Node = ReturnType<Core['createNode']>;

/**
 * Makes a volume behave like an export that is mounted by root: modes and owners are kept, but keep nobody out
 * (memfs would compare them with the user of this process, root or not). Reading leaves a file's time of access
 * alone, and no two changes of a file share a ctime (memfs counts in milliseconds).
 */
function asServedToRoot(volume: Volume): Volume {
  const core = volume._core;
  const createNode = core.createNode.bind(core);
  core.createNode = (mode) => servedToRoot(createNode(mode));
  servedToRoot(core.root.getNode());
  return volume;
}

function servedToRoot(node: Node): Node {
  const allowed = () => true;
  const read = node.read.bind(node);
  let ctime = node.ctime;
  Object.defineProperty(node, 'ctime', {
    get: () => ctime,
    set: (now: Date) => {
      ctime = now > ctime ? now : new Date(ctime.getTime() + 1);
    },
  });
  return Object.assign(node, {
    canRead: allowed,
    canWrite: allowed,
    canExecute: allowed,
    read(...how: Parameters<Node['read']>) {
      const { atime } = node;
      const count = read(...how);
      node.atime = atime;
      return count;
    },
  });
}
