import type {
  FileHandle,
  ListedName,
  NameBytes,
  NewAttributes,
  NfsClient,
  NfsLimits,
  Node,
  NodeType,
  OpenFile,
} from '../../../src/storage/nfs/nfs-client.ts';
import { NfsFailure } from '../../../src/storage/nfs/nfs-client.ts';
import { FakeInode } from './fake-inode.ts';
import { fakeOpenFile } from './fake-open-file.ts';

/** A call that is about to be done. */
export interface FakeCall {
  readonly procedure: string;
  readonly name: string;
  readonly offset: number;
}

const PAGE = 100;

const latin1 = (name: string) => Buffer.from(name).toString('latin1');

/** A server of NFS in memory that does what `trouble` says. */
export class FakeNfs implements NfsClient {
  readonly version = '4.1';
  readonly rootInode: FakeInode;
  limits: NfsLimits = {
    readBytes: 1 << 20,
    writeBytes: 1 << 20,
    maxFileBytes: Number.MAX_SAFE_INTEGER,
    maxNameBytes: 255,
    timeStepNs: 1n,
    inFlight: 16,
  };
  /** Looks at each call and may fail it. */
  trouble: (call: FakeCall) => void | Promise<void> = () => undefined;
  /** Listings leave out what they stand for. */
  namesOnly = false;
  /** Who asks is not root: no owner can be set. */
  squashed = false;
  /** Whom new things belong to. */
  asker = 0;
  /** Owners are taken without a word and not set. */
  ignoresOwners = false;
  /** How many bytes a READ gives at most. */
  shortReads = Number.MAX_SAFE_INTEGER;
  /** It tells where files have holes. */
  seeks = false;
  readonly calls: FakeCall[] = [];
  openFiles = 0;
  inFlight = 0;
  mostInFlight = 0;
  closed = false;
  readonly #inodes = new Map<number, FakeInode>();

  constructor() {
    this.rootInode = this.newInode('directory', 'fs');
    this.rootInode.mode = 0o755;
  }

  get root(): FileHandle {
    return this.rootInode.handle;
  }

  /** How often a procedure was called. */
  count(procedure: string): number {
    return this.calls.filter((call) => call.procedure === procedure).length;
  }

  /** The inode at a path that is there. */
  at(path: string): FakeInode {
    let inode = this.rootInode;
    for (const name of path.split('/').filter(Boolean)) {
      const child = inode.children.get(latin1(name));
      if (!child) throw new Error(`nothing at ${path}`);
      inode = child;
    }
    return inode;
  }

  /** What is in a directory, with what no listing shows. */
  names(path = ''): string[] {
    return [...this.at(path).children.keys()].sort();
  }

  /** Puts a thing into a directory without a call. */
  put(directory: string, name: NameBytes | string, type: NodeType = 'file', fileSystem?: string): FakeInode {
    const parent = this.at(directory);
    const inode = this.newInode(type, fileSystem ?? parent.fileSystem);
    inode.mode = 0o644;
    parent.children.set(Buffer.from(name as string).toString('latin1'), inode);
    return inode;
  }

  newInode(type: NodeType, fileSystem: string): FakeInode {
    const inode = new FakeInode(this.#inodes.size + 1, type, fileSystem);
    this.#inodes.set(inode.id, inode);
    return inode;
  }

  async lookup(directory: FileHandle, name: string): Promise<Node> {
    await this.#call('LOOKUP', name);
    return this.#child(directory, name, 'LOOKUP');
  }

  async getAttributes(handle: FileHandle) {
    await this.#call('GETATTR');
    return this.#inode(handle, 'GETATTR').attributes;
  }

  async setAttributes(handle: FileHandle, attributes: NewAttributes): Promise<void> {
    await this.#call('SETATTR');
    this.#set(this.#inode(handle, 'SETATTR'), attributes, 'SETATTR');
  }

  async readLink(handle: FileHandle): Promise<Uint8Array> {
    await this.#call('READLINK');
    return Buffer.from(this.#inode(handle, 'READLINK').target, 'latin1');
  }

  async *readDirectory(directory: FileHandle): AsyncGenerator<readonly ListedName[]> {
    const names = [...this.#directory(directory, 'READDIR').children.keys()].reverse();
    for (let at = 0; at < names.length || at === 0; at += PAGE) {
      await this.#call('READDIR');
      const { children } = this.#directory(directory, 'READDIR');
      yield names.slice(at, at + PAGE).flatMap((name) => {
        const inode = children.get(name);
        return inode ? [{ name: Buffer.from(name, 'latin1'), node: this.namesOnly ? undefined : inode }] : [];
      });
    }
  }

  async open(directory: FileHandle, name: string, _access: 'read' | 'write'): Promise<OpenFile> {
    await this.#call('OPEN', name);
    const inode = this.#child(directory, name, 'OPEN');
    if (inode.type === 'directory') throw new NfsFailure('ISDIR', 'OPEN');
    if (inode.type === 'symlink') throw new NfsFailure('SYMLINK', 'OPEN');
    return this.#openFile(inode);
  }

  async create(directory: FileHandle, name: string, attributes: NewAttributes): Promise<OpenFile> {
    await this.#call('CREATE', name);
    return this.#openFile(this.#make('CREATE', directory, name, 'file', attributes));
  }

  async readWhole(directory: FileHandle, name: string, maxBytes: number) {
    await this.#call('READ', name);
    const inode = this.#child(directory, name, 'READ');
    if (inode.type === 'directory') throw new NfsFailure('ISDIR', 'READ');
    const small = inode.type === 'file' && inode.sizeBytes <= maxBytes;
    const { handle, attributes } = inode;
    return { node: { handle, attributes }, content: small ? inode.read(0, maxBytes) : undefined };
  }

  async createWhole(directory: FileHandle, name: string, content: Uint8Array, attributes: NewAttributes) {
    await this.#call('CREATE', name);
    const inode = this.#make('CREATE', directory, name, 'file', attributes);
    await this.#call('WRITE', name);
    inode.write(0, content);
    return { handle: inode.handle, attributes: inode.attributes };
  }

  async makeDirectory(directory: FileHandle, name: string, attributes: NewAttributes): Promise<Node> {
    await this.#call('MKDIR', name);
    return this.#make('MKDIR', directory, name, 'directory', attributes);
  }

  async makeSymlink(directory: FileHandle, name: string, target: string, attributes: NewAttributes) {
    await this.#call('SYMLINK', name);
    const inode = this.#make('SYMLINK', directory, name, 'symlink', attributes);
    inode.target = latin1(target);
    return inode;
  }

  async makeDevice(
    directory: FileHandle,
    name: string,
    { type, ...device }: { type: 'block' | 'character'; major: number; minor: number },
    attributes: NewAttributes,
  ): Promise<Node> {
    await this.#call('MKNOD', name);
    const inode = this.#make('MKNOD', directory, name, type, attributes);
    inode.device = device;
    return inode;
  }

  async link(file: FileHandle, directory: FileHandle, name: string): Promise<void> {
    await this.#call('LINK', name);
    const inode = this.#inode(file, 'LINK');
    const parent = this.#directory(directory, 'LINK');
    if (parent.children.has(latin1(name))) throw new NfsFailure('EXIST', 'LINK');
    if (parent.fileSystem !== inode.fileSystem) throw new NfsFailure('XDEV', 'LINK');
    parent.children.set(latin1(name), inode);
    inode.linkCount += 1;
    inode.change += 1n;
    parent.touch();
  }

  async rename(from: { directory: FileHandle; name: string }, to: { directory: FileHandle; name: string }) {
    await this.#call('RENAME', to.name);
    const source = this.#directory(from.directory, 'RENAME');
    const target = this.#directory(to.directory, 'RENAME');
    const moved = this.#child(from.directory, from.name, 'RENAME');
    if (source.fileSystem !== target.fileSystem) throw new NfsFailure('XDEV', 'RENAME');
    const over = target.children.get(latin1(to.name));
    if (over === moved) return;
    if (over?.type === 'directory') throw new NfsFailure('EXIST', 'RENAME');
    if (over) over.linkCount -= 1;
    source.children.delete(latin1(from.name));
    target.children.set(latin1(to.name), moved);
    source.touch();
    target.touch();
  }

  async remove(directory: FileHandle, name: string): Promise<void> {
    await this.#call('REMOVE', name);
    const inode = this.#child(directory, name, 'REMOVE');
    if (inode.type === 'directory') throw new NfsFailure('ISDIR', 'REMOVE');
    this.#unlink(directory, name, inode);
  }

  async removeDirectory(directory: FileHandle, name: string): Promise<void> {
    await this.#call('RMDIR', name);
    const inode = this.#child(directory, name, 'RMDIR');
    if (inode.type !== 'directory') throw new NfsFailure('NOTDIR', 'RMDIR');
    if (inode.children.size > 0) throw new NfsFailure('NOTEMPTY', 'RMDIR');
    this.#unlink(directory, name, inode);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
  }

  async #call(procedure: string, name = '', offset = 0): Promise<void> {
    const call = { procedure, name, offset };
    this.calls.push(call);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      await new Promise((resolve) => setImmediate(resolve));
      await this.trouble(call);
    } finally {
      this.inFlight -= 1;
    }
  }

  #inode(handle: FileHandle, procedure: string): FakeInode {
    const [id, generation] = Buffer.from(handle).toString().split('.').map(Number);
    const inode = this.#inodes.get(id ?? 0);
    if (!inode || inode.linkCount === 0 || inode.generation !== generation) {
      throw new NfsFailure('STALE', procedure);
    }
    return inode;
  }

  #directory(handle: FileHandle, procedure: string): FakeInode {
    const inode = this.#inode(handle, procedure);
    if (inode.type !== 'directory') throw new NfsFailure('NOTDIR', procedure);
    return inode;
  }

  #child(directory: FileHandle, name: string, procedure: string): FakeInode {
    const inode = this.#directory(directory, procedure).children.get(latin1(name));
    if (!inode) throw new NfsFailure('NOENT', procedure);
    return inode;
  }

  #make(
    procedure: string,
    directory: FileHandle,
    name: string,
    type: NodeType,
    attributes: NewAttributes,
  ): FakeInode {
    const parent = this.#directory(directory, procedure);
    if (parent.children.has(latin1(name))) throw new NfsFailure('EXIST', procedure);
    const inode = this.newInode(type, parent.fileSystem);
    inode.set({ uid: this.asker });
    parent.children.set(latin1(name), inode);
    parent.touch();
    this.#set(inode, attributes, procedure);
    return inode;
  }

  #set(inode: FakeInode, attributes: NewAttributes, procedure: string): void {
    const { uid = inode.uid, gid = inode.gid } = attributes;
    if (this.ignoresOwners) {
      const { uid: _uid, gid: _gid, ...rest } = attributes;
      inode.set(rest);
      return;
    }
    if (this.squashed && (uid !== inode.uid || gid !== inode.gid)) throw new NfsFailure('PERM', procedure);
    inode.set(attributes);
  }

  #unlink(directory: FileHandle, name: string, inode: FakeInode): void {
    const parent = this.#directory(directory, 'REMOVE');
    parent.children.delete(latin1(name));
    parent.touch();
    inode.linkCount -= 1;
    inode.change += 1n;
  }

  #openFile(inode: FakeInode): OpenFile {
    this.openFiles += 1;
    const { handle } = inode;
    return fakeOpenFile(inode, {
      shortReads: () => this.shortReads,
      seeks: this.seeks,
      call: async (procedure, offset) => {
        await this.#call(procedure, '', offset);
        return this.#inode(handle, procedure);
      },
      closed: async () => {
        this.openFiles -= 1;
        await this.#call('CLOSE');
      },
    });
  }
}
