// One operation of a compound: how it is asked and how its answer is read.

import type { XdrReader, XdrWriter } from '../xdr.ts';

/** The numbers of the operations that we use. RFC 7530 section 16.1, RFC 8881 section 18, RFC 7862 section 15. */
export const OPERATION_NUMBERS = {
  CLOSE: 4,
  COMMIT: 5,
  CREATE: 6,
  DELEGRETURN: 8,
  GETATTR: 9,
  GETFH: 10,
  LINK: 11,
  LOOKUP: 15,
  NVERIFY: 17,
  OPEN: 18,
  OPEN_CONFIRM: 20,
  PUTFH: 22,
  PUTROOTFH: 24,
  READ: 25,
  READDIR: 26,
  READLINK: 27,
  REMOVE: 28,
  RENAME: 29,
  RENEW: 30,
  SAVEFH: 32,
  SETATTR: 34,
  SETCLIENTID: 35,
  SETCLIENTID_CONFIRM: 36,
  VERIFY: 37,
  WRITE: 38,
  EXCHANGE_ID: 42,
  CREATE_SESSION: 43,
  DESTROY_SESSION: 44,
  SEQUENCE: 53,
  DESTROY_CLIENTID: 57,
  RECLAIM_COMPLETE: 58,
  SEEK: 69,
} as const;

export type OperationName = keyof typeof OPERATION_NUMBERS;

/** A server names an operation that it does not know at all with this number. RFC 7530 section 16.39 */
export const ILLEGAL = 10044;

export interface Operation<Result> {
  readonly name: OperationName;
  /** Writes the arguments, behind the operation's number; asked again for every attempt. Absent: there are none. */
  readonly encode?: (writer: XdrWriter) => void;
  /** Bytes that follow the arguments as the end of an opaque; the last operation's are not copied. */
  readonly payload?: Uint8Array;
  /** Reads what follows a status OK. */
  readonly decode: (reader: XdrReader) => Result;
  /** Doing it again is not the same as doing it once, such as CREATE. */
  readonly once?: boolean;
  /** Told the status of each answer, before what follows it is read. */
  readonly answered?: (status: string) => void;
}

/** Reads nothing, where there is nothing. */
export const nothing = (): void => undefined;
