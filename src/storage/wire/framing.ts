// How a stream of bytes is cut into records: both protocols put four bytes before each piece.

/** What the four bytes before a piece of a record say. */
export interface PieceHeader {
  /** Of this piece. */
  readonly bytes: number;
  /** The record ends with this piece. */
  readonly last: boolean;
}

/** One way of writing the four bytes, as a number in network order. */
export interface Framing {
  /** Of a record in one piece. @param bytes up to `maxPieceBytes` */
  header(bytes: number): number;
  /** What `header` means; undefined: nobody who speaks this protocol wrote it. */
  piece(header: number): PieceHeader | undefined;
  readonly maxPieceBytes: number;
}

const LAST_FRAGMENT = 0x8000_0000;

/** A bit that says whether the record ends here, and 31 bits of length. RFC 5531 section 11. */
export const recordMarking: Framing = {
  header: (bytes) => LAST_FRAGMENT + bytes,
  piece: (header) =>
    header >= LAST_FRAGMENT ? { bytes: header - LAST_FRAGMENT, last: true } : { bytes: header, last: false },
  maxPieceBytes: LAST_FRAGMENT - 1,
};

const LONGEST_DIRECT_TCP = 0xff_ffff;

/** A byte of zeros and 24 bits of length. MS-SMB2 section 2.1. */
export const directTcp: Framing = {
  header: (bytes) => bytes,
  piece: (header) => (header <= LONGEST_DIRECT_TCP ? { bytes: header, last: true } : undefined),
  maxPieceBytes: LONGEST_DIRECT_TCP,
};
