// The arguments of operations of NFS 4, as a server reads them.

import type { OperationName } from '../../../src/storage/nfs/v4/operation.ts';
import type { XdrReader } from '../../../src/storage/nfs/xdr.ts';

type Arguments = Readonly<Record<string, unknown>>;
type Read = (reader: XdrReader) => Arguments;

const none: Read = () => ({});
const name: Read = (reader) => ({ name: reader.string(4096) });
const state = (reader: XdrReader) => Buffer.from(reader.fixed(16));
const words = (reader: XdrReader) => Array.from({ length: reader.uint32() }, () => reader.uint32());
const attributes = (reader: XdrReader) => ({ bits: words(reader), values: Buffer.from(reader.opaque(4096)) });

const READERS: { readonly [Name in OperationName]: Read } = {
  CLOSE: (reader) => ({ sequence: reader.uint32(), state: state(reader) }),
  COMMIT: (reader) => ({ offset: reader.size64(), count: reader.uint32() }),
  CREATE: (reader) => {
    const type = reader.uint32();
    const target = type === 5 ? reader.string(4096) : undefined;
    const device = type === 3 || type === 4 ? [reader.uint32(), reader.uint32()] : undefined;
    return { type, target, device, name: reader.string(4096), attributes: attributes(reader) };
  },
  DELEGRETURN: (reader) => ({ state: state(reader) }),
  GETATTR: (reader) => ({ wanted: words(reader) }),
  GETFH: none,
  LINK: name,
  LOOKUP: name,
  NVERIFY: (reader) => ({ attributes: attributes(reader) }),
  OPEN: readOpen,
  OPEN_CONFIRM: (reader) => ({ state: state(reader), sequence: reader.uint32() }),
  PUTFH: (reader) => ({ handle: Buffer.from(reader.opaque(128)) }),
  PUTROOTFH: none,
  READ: (reader) => ({ state: state(reader), offset: reader.size64(), count: reader.uint32() }),
  READDIR: (reader) => ({
    cookie: reader.uint64(),
    verifier: Buffer.from(reader.fixed(8)),
    limits: [reader.uint32(), reader.uint32()],
    wanted: words(reader),
  }),
  READLINK: none,
  REMOVE: name,
  RENAME: (reader) => ({ from: reader.string(4096), to: reader.string(4096) }),
  RENEW: (reader) => ({ clientId: reader.uint64() }),
  SAVEFH: none,
  SETATTR: (reader) => ({ state: state(reader), attributes: attributes(reader) }),
  SETCLIENTID: (reader) => ({
    verifier: Buffer.from(reader.fixed(8)),
    name: reader.string(1024),
    callback: [reader.uint32(), reader.string(64), reader.string(64), reader.uint32()],
  }),
  SETCLIENTID_CONFIRM: (reader) => ({ clientId: reader.uint64(), verifier: Buffer.from(reader.fixed(8)) }),
  VERIFY: (reader) => ({ attributes: attributes(reader) }),
  WRITE: (reader) => ({
    state: state(reader),
    offset: reader.size64(),
    stability: reader.uint32(),
    data: Buffer.from(reader.opaque(2 << 20)),
  }),
  EXCHANGE_ID: (reader) => ({
    verifier: Buffer.from(reader.fixed(8)),
    name: reader.string(1024),
    rest: [reader.uint32(), reader.uint32(), reader.uint32()],
  }),
  CREATE_SESSION: (reader) => ({
    clientId: reader.uint64(),
    sequence: reader.uint32(),
    rest: Array.from({ length: 18 }, () => reader.uint32()),
  }),
  DESTROY_SESSION: (reader) => ({ session: Buffer.from(reader.fixed(16)) }),
  SEQUENCE: (reader) => ({
    session: Buffer.from(reader.fixed(16)),
    sequence: reader.uint32(),
    slot: reader.uint32(),
    highest: reader.uint32(),
    cached: reader.bool(),
  }),
  DESTROY_CLIENTID: (reader) => ({ clientId: reader.uint64() }),
  RECLAIM_COMPLETE: (reader) => ({ ofOneFileSystem: reader.bool() }),
  SEEK: (reader) => ({ state: state(reader), offset: reader.size64(), what: reader.uint32() }),
};

function readOpen(reader: XdrReader): Arguments {
  const sequence = reader.uint32();
  const access = reader.uint32();
  reader.uint32();
  const clientId = reader.uint64();
  const owner = reader.string(1024);
  const creates = reader.uint32() === 1;
  const mode = creates ? reader.uint32() : undefined;
  const created = creates ? attributes(reader) : undefined;
  const claim = reader.uint32();
  const opened = claim === 0 ? reader.string(4096) : undefined;
  return { sequence, access, clientId, owner, mode, attributes: created, claim, name: opened };
}

export function readArguments(operation: OperationName, reader: XdrReader): Arguments {
  return READERS[operation](reader);
}
