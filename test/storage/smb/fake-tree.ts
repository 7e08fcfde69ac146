import { StorageError } from '../../../src/storage/backend.ts';
import { NT_STATUS } from '../../../src/storage/smb/nt-status.ts';
import {
  type Command,
  type SendOptions,
  SmbFailure,
  type SmbRequest,
  type SmbResponse,
  type SmbTree,
} from '../../../src/storage/smb/smb-tree.ts';
import {
  type Answer,
  type Open,
  queryDirectory,
  queryInfo,
  read,
  setBasic,
  setSecurity,
  write,
} from './fake-answers.ts';
import { createAnswer, type FakeFile, fakeFile, isDirectory, touch } from './fake-files.ts';

const OPTION = { DIRECTORY: 0x1, NO_DIRECTORY: 0x40, DELETE_ON_CLOSE: 0x1000, REPARSE: 0x200000 };
const READONLY = 0x1;
const REPARSE_POINT = 0x400;
const SPARSE = 0x200;
const DIRECTORY = 0x10;
const ARCHIVE = 0x20;

/** What a compound has come to. */
interface Chain {
  related: bigint | undefined;
  refused: number;
}

/** Decides before a request is carried out: a status refuses it, `break` ends the connection, undefined lets it go on. */
export type Trouble = (request: SmbRequest, name: string) => number | 'break' | undefined;

/**
 * A share that is made up, as the operations of MS-SMB2 see it. It can be told to refuse, to lose its connection, and
 * to be of either school: whether what stands behind a refusal in a compound is refused too.
 */
export class FakeTree implements SmbTree {
  readonly dialect = '3.1.1';
  readonly maximalAccess = 0x1f01ff;
  limits = { readBytes: 1 << 20, writeBytes: 1 << 20, transactBytes: 1 << 20, inFlight: 4 };
  generation = 1;
  goesOnBehindRefusals = false;
  trouble: Trouble = () => undefined;
  /** What an answer is turned into before it is sent. */
  spoil: (command: Command, message: Buffer) => Buffer = (_command, message) => message;
  readonly root = fakeFile('', DIRECTORY);
  readonly sent: Command[] = [];
  readonly #open = new Map<bigint, Open>();
  #broken = false;
  #ids = 0n;

  get openFiles(): number {
    return this.#open.size;
  }

  async send(requests: readonly SmbRequest[], options: SendOptions = {}): Promise<readonly SmbResponse[]> {
    options.signal?.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
    options.signal?.throwIfAborted();
    if (this.#broken) {
      this.#broken = false;
      this.generation += 1;
    }
    if (options.generation !== undefined && options.generation !== this.generation) throw lost();
    const responses = this.#answer(requests);
    for (const [index, { command, accepts = [] }] of requests.entries()) {
      const status = responses[index]?.status ?? 0;
      if (status !== 0 && accepts !== 'any' && !accepts.includes(status))
        throw new SmbFailure(status, command, index);
    }
    return responses;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#open.size > 0) throw new Error(`${this.#open.size} files were left open.`);
  }

  /** The file at a path, "/"-separated. */
  at(path: string): FakeFile | undefined {
    return this.#find(path.replaceAll('/', '\\'));
  }

  /** A file as another client would have made it. */
  make(path: string, content = '', attributes = ARCHIVE): FakeFile {
    const [parent, name] = this.#split(path.replaceAll('/', '\\'));
    if (!parent) throw new Error(`There is no directory for ${path}.`);
    const file = fakeFile(name, attributes);
    file.content = Buffer.from(content);
    parent.children.set(name.toLowerCase(), file);
    return file;
  }

  #answer(requests: readonly SmbRequest[]): SmbResponse[] {
    const chain: Chain = { related: undefined, refused: 0 };
    return requests.map((request) => {
      this.sent.push(request.command);
      const [status, body = Buffer.alloc(9)] = this.#next(request, chain);
      if (status !== 0) chain.refused ||= status;
      else if (request.command === 'CREATE') chain.related = body.readBigUInt64LE(64);
      else chain.related ??= fileIdOf(request);
      return { status, message: this.spoil(request.command, Buffer.concat([Buffer.alloc(64), body])) };
    });
  }

  #next(request: SmbRequest, { related, refused }: Chain): Answer {
    const trouble = this.trouble(request, nameIn(request));
    if (trouble === 'break') this.#break();
    if (refused !== 0 && (related === undefined || !this.goesOnBehindRefusals)) return [refused];
    return typeof trouble === 'number' ? [trouble] : this.#carryOut(request, related);
  }

  #break(): never {
    this.#broken = true;
    this.#open.clear();
    throw lost();
  }

  #carryOut(request: SmbRequest, related: bigint | undefined): Answer {
    const body = Buffer.from(request.body);
    if (request.command === 'CREATE') return this.#create(body);
    const named = fileIdOf(request);
    const id = named === RELATED ? related : named;
    const open = id === undefined ? undefined : this.#open.get(id);
    if (id === undefined || !open) return [NT_STATUS.FILE_CLOSED];
    switch (request.command) {
      case 'CLOSE':
        return this.#close(id, open);
      case 'READ':
        return read(open.file, body);
      case 'WRITE':
        return write(open.file, body, Buffer.concat([body.subarray(48), ...(request.payload ?? [])]));
      case 'QUERY_DIRECTORY':
        return queryDirectory(open, body);
      case 'QUERY_INFO':
        return queryInfo(open.file, body);
      case 'SET_INFO':
        return this.#setInfo(open, body);
      case 'IOCTL':
        if (body.readUInt32LE(4) !== 0x000900c4) return [NT_STATUS.INVALID_DEVICE_REQUEST];
        open.file.attributes |= SPARSE;
        return [0];
      default:
        return [0];
    }
  }

  #create(body: Buffer): Answer {
    const path = body.toString('utf16le', 56, 56 + body.readUInt16LE(46));
    const disposition = body.readUInt32LE(36);
    const options = body.readUInt32LE(40);
    const [parent, name] = this.#split(path);
    if (!parent) return [NT_STATUS.OBJECT_PATH_NOT_FOUND];
    const there = path === '' ? this.root : parent.children.get(name.toLowerCase());
    const file = there ?? fakeFile(name, options & OPTION.DIRECTORY ? DIRECTORY : ARCHIVE);
    const refusal = there ? refusalOf(there, disposition, options) : disposition === 1 && NO_NAME;
    if (refusal) return [refusal];
    if (!there) {
      file.dacl = inherited(parent.dacl);
      parent.children.set(name.toLowerCase(), file);
      touch(parent);
    }
    const id = ++this.#ids;
    const goes = (options & OPTION.DELETE_ON_CLOSE) !== 0;
    this.#open.set(id, { file, parent: path === '' ? undefined : parent, goes, left: undefined });
    return [0, createAnswer(file, id)];
  }

  #close(id: bigint, { file, parent, goes }: Open): Answer {
    this.#open.delete(id);
    if (goes && parent?.children.get(file.name.toLowerCase()) === file) {
      parent.children.delete(file.name.toLowerCase());
      touch(parent);
    }
    return [0, Buffer.alloc(60)];
  }

  #setInfo(open: Open, body: Buffer): Answer {
    const { file } = open;
    const data = body.subarray(32, 32 + body.readUInt32LE(4));
    if (body[2] === 3) return setSecurity(file, data, body.readUInt32LE(12));
    switch (body[3]) {
      case 4:
        return setBasic(file, data);
      case 10:
        return this.#rename(open, data.toString('utf16le', 20, 20 + data.readUInt32LE(16)));
      case 13:
        if (file.children.size > 0) return [NT_STATUS.DIRECTORY_NOT_EMPTY];
        if (file.attributes & READONLY) return [NT_STATUS.CANNOT_DELETE];
        open.goes = true;
        return [0];
      case 20: {
        const size = Number(data.readBigUInt64LE(0));
        file.content = Buffer.concat([file.content, Buffer.alloc(Math.max(0, size - file.content.length))]);
        return [0];
      }
      default:
        return [NT_STATUS.NOT_SUPPORTED];
    }
  }

  #rename(open: Open, path: string): Answer {
    const [parent, name] = this.#split(path);
    if (!parent) return [NT_STATUS.OBJECT_PATH_NOT_FOUND];
    const there = parent.children.get(name.toLowerCase());
    if (there && (isDirectory(there) || there.attributes & READONLY)) return [NT_STATUS.ACCESS_DENIED];
    open.parent?.children.delete(open.file.name.toLowerCase());
    open.file.name = name;
    open.file.attributes = (open.file.attributes | ARCHIVE) & ~SPARSE;
    parent.children.set(name.toLowerCase(), open.file);
    open.parent = parent;
    touch(parent);
    return [0];
  }

  #find(path: string): FakeFile | undefined {
    if (path === '') return this.root;
    const [parent, name] = this.#split(path);
    return parent?.children.get(name.toLowerCase());
  }

  /** The directory that a path is in, if it is there, and its last name. */
  #split(path: string): readonly [parent: FakeFile | undefined, name: string] {
    const names = path.split('\\');
    let parent: FakeFile | undefined = this.root;
    for (const name of names.slice(0, -1)) parent = parent?.children.get(name.toLowerCase());
    return [parent && isDirectory(parent) ? parent : undefined, names.at(-1) ?? ''];
  }
}

const NO_NAME = NT_STATUS.OBJECT_NAME_NOT_FOUND;

/** Why CREATE cannot have what is there; 0 when it can. */
function refusalOf({ attributes }: FakeFile, disposition: number, options: number): number {
  const has = (bit: number) => (attributes & bit) !== 0;
  const asks = (option: number) => (options & option) !== 0;
  if (disposition === 2) return NT_STATUS.OBJECT_NAME_COLLISION;
  if (has(REPARSE_POINT) && !asks(OPTION.REPARSE)) return NT_STATUS.STOPPED_ON_SYMLINK;
  if (has(DIRECTORY) && asks(OPTION.NO_DIRECTORY)) return NT_STATUS.FILE_IS_A_DIRECTORY;
  return !has(DIRECTORY) && asks(OPTION.DIRECTORY) ? NT_STATUS.NOT_A_DIRECTORY : 0;
}

const RELATED = 0xffff_ffff_ffff_ffffn;

const FILE_ID_AT: Readonly<Partial<Record<Command, number>>> = {
  READ: 16,
  WRITE: 16,
  SET_INFO: 16,
  QUERY_INFO: 24,
};

function fileIdOf({ command, body }: SmbRequest): bigint | undefined {
  return command === 'CREATE' ? undefined : Buffer.from(body).readBigUInt64LE(FILE_ID_AT[command] ?? 8);
}

/** Of a CREATE, its path. */
function nameIn({ command, body }: SmbRequest): string {
  if (command !== 'CREATE') return '';
  const bytes = Buffer.from(body);
  return bytes.toString('utf16le', 56, 56 + bytes.readUInt16LE(46)).replaceAll('\\', '/');
}

const lost = () => new StorageError('Interrupted', 'fake', 'The connection broke.');

/** What of a directory's list its files inherit; the others get the usual one. */
function inherited(dacl: string): string {
  const aces = [...dacl.matchAll(/\(A;([A-Z]*);([^)]*)\)/g)].filter(([, flags]) => flags?.includes('OI'));
  if (aces.length === 0) return 'D:(A;;FA;;;S-1-1-0)';
  return `D:AI${aces.map(([, , rest]) => `(A;ID;${rest})`).join('')}`;
}
