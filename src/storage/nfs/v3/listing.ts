// Names of directories: RFC 1813 sections 3.3.16 and 3.3.17.

import type { CallOptions } from '../../backend.ts';
import { StorageError } from '../../storage-error.ts';
import { type FileHandle, type ListedName, NfsFailure } from '../nfs-client.ts';
import { type XdrReader, XdrWriter } from '../xdr.ts';
import { readPostOp } from './attributes.ts';
import type { Nfs3Calls } from './calls.ts';
import { ARGS_BYTES, readPostOpHandle } from './nodes.ts';

interface Page {
  readonly names: readonly ListedName[];
  /** Entries that came, with "." and "..". */
  readonly entries: number;
  /** Of the last entry. */
  readonly cookie: bigint;
  readonly cookieVerifier: bigint;
  readonly eof: boolean;
}

/** Where a page begins. */
type From = Pick<Page, 'cookie' | 'cookieVerifier'>;

type ReadPage = (calls: Nfs3Calls, directory: FileHandle, from: From, options?: CallOptions) => Promise<Page>;

const START: From = { cookie: 0n, cookieVerifier: 0n };
/** Asked for; most servers give less. */
const PAGE_BYTES = 512 << 10;
const MAX_NAME_BYTES = 4096;

/** READDIRPLUS, and READDIR from servers that have no READDIRPLUS. */
export async function* readDirectory(
  calls: Nfs3Calls,
  directory: FileHandle,
  options?: CallOptions,
): AsyncGenerator<readonly ListedName[]> {
  let readPage: ReadPage = readFullPage;
  let page: Page;
  try {
    page = await readPage(calls, directory, START, options);
  } catch (error) {
    if (!isNotOffered(error)) throw error;
    readPage = readNamesPage;
    page = await readPage(calls, directory, START, options);
  }
  const seen = new Set<bigint>();
  for (;;) {
    yield page.names;
    if (page.eof) return;
    if (page.entries === 0 || seen.has(page.cookie)) throw endless();
    seen.add(page.cookie);
    page = await readPage(calls, directory, page, options);
  }
}

/** READDIRPLUS. */
const readFullPage: ReadPage = (calls, directory, { cookie, cookieVerifier }, options) => {
  const args = new XdrWriter(ARGS_BYTES).opaque(directory).uint64(cookie).uint64(cookieVerifier);
  const decode = (reader: XdrReader) => readEntries(reader, cookie, readNode);
  return calls.call('READDIRPLUS', args.uint32(PAGE_BYTES).uint32(PAGE_BYTES), decode, options);
};

/** READDIR. */
const readNamesPage: ReadPage = (calls, directory, { cookie, cookieVerifier }, options) => {
  const args = new XdrWriter(ARGS_BYTES).opaque(directory).uint64(cookie).uint64(cookieVerifier);
  const decode = (reader: XdrReader) => readEntries(reader, cookie, () => undefined);
  return calls.call('READDIR', args.uint32(PAGE_BYTES), decode, options);
};

/** dirlistplus3, or dirlist3, whose entries end before the node. */
function readEntries(
  reader: XdrReader,
  from: bigint,
  readRest: (reader: XdrReader) => ListedName['node'],
): Page {
  readPostOp(reader);
  const cookieVerifier = reader.uint64();
  const names: ListedName[] = [];
  let cookie = from;
  let entries = 0;
  while (reader.bool()) {
    // The fileid; that of the attributes is the one that counts.
    reader.uint64();
    const name = reader.opaque(MAX_NAME_BYTES);
    cookie = reader.uint64();
    const node = readRest(reader);
    entries += 1;
    if (!isDots(name)) names.push({ name, node });
  }
  return { names, entries, cookie, cookieVerifier, eof: reader.bool() };
}

function readNode(reader: XdrReader): ListedName['node'] {
  const attributes = readPostOp(reader);
  const handle = readPostOpHandle(reader);
  return attributes && handle && { attributes, handle };
}

const DOT = 0x2e;

const isDots = (name: Uint8Array) =>
  (name.length === 1 || name.length === 2) && name.every((byte) => byte === DOT);

function isNotOffered(error: unknown): boolean {
  if (error instanceof NfsFailure) return error.status === 'NOTSUPP';
  return error instanceof StorageError && error.code === 'PROC_UNAVAIL';
}

function endless(): StorageError {
  return new StorageError('Io', '', 'The server repeats a page of this directory for ever.');
}
