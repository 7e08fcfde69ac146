import type {
  FileHandle,
  NewAttributes,
  NfsAttributes,
  NodeType,
} from '../../../src/storage/nfs/nfs-client.ts';

const BLOCK = 64 * 1024;

/** One file, directory or other thing of a `FakeNfs`. */
export class FakeInode {
  readonly id: number;
  readonly type: NodeType;
  readonly fileSystem: string;
  /** Of a directory: by their bytes, one character for each. */
  readonly children = new Map<string, FakeInode>();
  readonly blocks = new Map<number, Buffer>();
  target = '';
  device = { major: 0, minor: 0 };
  /** Handles of earlier generations are stale. */
  generation = 0;
  linkCount = 1;
  mode = 0;
  uid = 0;
  gid = 0;
  sizeBytes = 0;
  atimeNs: bigint;
  mtimeNs: bigint;
  change = 1n;

  constructor(id: number, type: NodeType, fileSystem: string) {
    this.id = id;
    this.type = type;
    this.fileSystem = fileSystem;
    this.atimeNs = this.mtimeNs = now();
  }

  get handle(): FileHandle {
    return Buffer.from(`${this.id}.${this.generation}`);
  }

  get attributes(): NfsAttributes {
    const { type, mode, linkCount, uid, gid, sizeBytes, device, atimeNs, mtimeNs, change } = this;
    return {
      ...{ type, mode, linkCount, uid, gid, sizeBytes, device, atimeNs, mtimeNs, change },
      usedBytes: this.blocks.size * BLOCK,
      fileSystemId: this.fileSystem,
      fileId: BigInt(this.id),
    };
  }

  set(attributes: NewAttributes): void {
    const { uid, gid, mode } = this;
    Object.assign(this, attributes);
    const newOwner = uid !== this.uid || gid !== this.gid;
    // As Linux's server does it, even when the mode comes along.
    if (newOwner && this.type !== 'directory') this.mode &= 0o1777;
    if (mode !== this.mode || newOwner || attributes.sizeBytes !== undefined) this.change += 1n;
    if (attributes.sizeBytes === undefined) return;
    for (const index of this.blocks.keys()) {
      if (index * BLOCK >= this.sizeBytes) this.blocks.delete(index);
    }
  }

  /** The content or the children changed. */
  touch(): void {
    this.mtimeNs = now();
    this.change += 1n;
  }

  read(offset: number, length: number): Buffer {
    const end = Math.min(this.sizeBytes, offset + length);
    const parts: Buffer[] = [];
    for (let at = offset; at < end; ) {
      const within = at % BLOCK;
      const size = Math.min(BLOCK - within, end - at);
      parts.push(this.#block(Math.floor(at / BLOCK)).subarray(within, within + size));
      at += size;
    }
    return Buffer.concat(parts);
  }

  write(offset: number, data: Uint8Array): void {
    for (let at = 0; at < data.length; ) {
      const index = Math.floor((offset + at) / BLOCK);
      const within = (offset + at) % BLOCK;
      const part = data.subarray(at, at + BLOCK - within);
      const block = this.#block(index);
      block.set(part, within);
      this.blocks.set(index, block);
      at += part.length;
    }
    this.sizeBytes = Math.max(this.sizeBytes, offset + data.length);
    this.touch();
  }

  /** See `OpenFile.seekData`. */
  seekData(offset: number): { from: number; to: number } | undefined {
    const blocks = Math.ceil(this.sizeBytes / BLOCK);
    let from = Math.floor(offset / BLOCK);
    while (from < blocks && !this.blocks.has(from)) from++;
    if (from === blocks) return undefined;
    let to = from;
    while (this.blocks.has(to)) to++;
    return { from: Math.max(offset, from * BLOCK), to: Math.min(this.sizeBytes, to * BLOCK) };
  }

  #block(index: number): Buffer {
    return this.blocks.get(index) ?? Buffer.alloc(BLOCK);
  }
}

let last = 0n;

/** Never the same twice. */
function now(): bigint {
  last += 1n;
  return 1_750_000_000_000_000_000n + last;
}
