// Operations that open and close files.

import type { NewAttributes } from '../nfs-client.ts';
import { XdrError, type XdrReader, type XdrWriter } from '../xdr.ts';
import { readBitmap } from './bitmap.ts';
import { skipChangeInfo } from './name-operations.ts';
import { writeNewAttributes } from './new-attributes.ts';
import { nothing, type Operation } from './operation.ts';
import { readStateId, type StateId, writeStateId } from './state-id.ts';

/** Who opens files: the server numbers opens and closes of one owner in 4.0. RFC 7530 section 9.1.3 */
export interface OpenOwner {
  readonly name: string;
  readonly clientId: bigint;
  /** Of the next request; always 0 from 4.1 on. */
  readonly sequence: number;
  /** Told the status of each request that bore the sequence. */
  answered(status: string): void;
}

export interface OpenRequest {
  readonly owner: OpenOwner;
  readonly access: 'read' | 'write';
  /** Of a file that must not be there (`guarded`), or that is emptied when it is there. */
  readonly create?: { readonly guarded: boolean; readonly attributes: NewAttributes };
  /** In the current directory; undefined: the current handle itself, from 4.1 on. */
  readonly name: string | undefined;
  /** Says that no delegation is wanted; 4.0 has no words for that. */
  readonly refusesDelegation: boolean;
}

export interface Opened {
  readonly state: StateId;
  /** OPEN_CONFIRM is to follow. */
  readonly needsConfirmation: boolean;
  /** Of a delegation that came unasked; it is to be given back. */
  readonly delegation: StateId | undefined;
}

/** RFC 7530 section 16.16 (OPEN4_SHARE_ACCESS_*), RFC 8881 section 18.16.3 */
const ACCESS = { read: 1, write: 2 } as const;
const WANT_NO_DELEGATION = 0x400;
const DENY_NONE = 0;

/** RFC 7530 section 16.16 (opentype4, createmode4, open_claim_type4), RFC 8881 section 18.16.1 */
const NO_CREATE = 0;
const CREATE = 1;
const UNCHECKED = 0;
const GUARDED = 1;
const CLAIM_NULL = 0;
const CLAIM_FH = 4;

/** RFC 7530 section 16.16 (OPEN4_RESULT_CONFIRM) */
const RESULT_CONFIRM = 2;

/** Opens a file and goes there. RFC 7530 section 16.16, RFC 8881 section 18.16 */
export function open(request: OpenRequest): Operation<Opened> {
  return {
    name: 'OPEN',
    once: true,
    encode: (writer) => writeOpen(writer, request),
    decode: readOpened,
    answered: (status) => request.owner.answered(status),
  };
}

function writeOpen(writer: XdrWriter, { owner, access, create, name, refusesDelegation }: OpenRequest): void {
  const { sequence, clientId, name: ownerName } = owner;
  writer.uint32(sequence);
  writer.uint32(ACCESS[access] | (refusesDelegation ? WANT_NO_DELEGATION : 0)).uint32(DENY_NONE);
  writer.uint64(clientId).string(ownerName);
  if (create) {
    writer.uint32(CREATE).uint32(create.guarded ? GUARDED : UNCHECKED);
    writeNewAttributes(writer, create.guarded ? create.attributes : { ...create.attributes, sizeBytes: 0 });
  } else {
    writer.uint32(NO_CREATE);
  }
  if (name === undefined) writer.uint32(CLAIM_FH);
  else writer.uint32(CLAIM_NULL).string(name);
}

function readOpened(reader: XdrReader): Opened {
  const state = readStateId(reader);
  skipChangeInfo(reader);
  const flags = reader.uint32();
  readBitmap(reader);
  return { state, needsConfirmation: (flags & RESULT_CONFIRM) !== 0, delegation: readDelegation(reader) };
}

const MAX_WHO_BYTES = 1024;

/** By its type: how a delegation goes on after its number. RFC 7530 section 16.16, RFC 8881 section 18.16.2 */
const DELEGATIONS: Readonly<Record<number, (reader: XdrReader) => StateId | undefined>> = {
  0: () => undefined,
  1: (reader) => {
    const state = readStateId(reader);
    reader.bool();
    skipAccessEntry(reader);
    return state;
  },
  2: (reader) => {
    const state = readStateId(reader);
    reader.bool();
    skipSpaceLimit(reader);
    skipAccessEntry(reader);
    return state;
  },
  3: (reader) => {
    // Why there is none: only "contention" and "resource" say more.
    const why = reader.uint32();
    if (why === 1 || why === 2) reader.bool();
    return undefined;
  },
};

function readDelegation(reader: XdrReader): StateId | undefined {
  const type = reader.uint32();
  const rest = DELEGATIONS[type];
  if (rest === undefined) throw new XdrError(`a delegation of type ${type}`);
  return rest(reader);
}

/** Either a size or a number of blocks and their size, which are eight bytes both. RFC 7530 section 16.16 */
function skipSpaceLimit(reader: XdrReader): void {
  reader.uint32();
  reader.uint64();
}

/** RFC 7530 section 6.2.1 (nfsace4) */
function skipAccessEntry(reader: XdrReader): void {
  reader.fixed(12);
  reader.opaque(MAX_WHO_BYTES);
}

/** The first open of an owner in 4.0. RFC 7530 section 16.18 */
export function openConfirm(state: StateId, owner: OpenOwner): Operation<StateId> {
  return {
    name: 'OPEN_CONFIRM',
    once: true,
    encode: (writer) => {
      writeStateId(writer, state);
      writer.uint32(owner.sequence);
    },
    decode: readStateId,
    answered: (status) => owner.answered(status),
  };
}

/** RFC 7530 section 16.2 */
export function close(state: StateId, owner: OpenOwner): Operation<StateId> {
  return {
    name: 'CLOSE',
    once: true,
    encode: (writer) => {
      writer.uint32(owner.sequence);
      writeStateId(writer, state);
    },
    decode: readStateId,
    answered: (status) => owner.answered(status),
  };
}

/** Gives a delegation back. RFC 7530 section 16.6 */
export function delegReturn(state: StateId): Operation<void> {
  return { name: 'DELEGRETURN', encode: (writer) => writeStateId(writer, state), decode: nothing };
}
