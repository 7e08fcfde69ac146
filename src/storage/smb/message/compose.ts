import { FIELD, HEADER_BYTES, type RequestHeader, writeHeader } from './header.ts';

/** One message in parts: the header first, with a short body behind it; then what was not copied, then padding. */
export type MessageParts = [Buffer, ...Uint8Array[]];

/** Bodies up to this are copied behind the header: cheaper than one more part. */
const SHORT_BYTES = 8 << 10;

export const bytesOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, part) => sum + part.length, 0);

/**
 * A message, not yet signed.
 * @param payload what comes behind the body
 * @param hasNext another one follows in the same frame: padded to a multiple of 8, with NextCommand (MS-SMB2 3.2.4.1.4)
 */
export function compose(
  header: RequestHeader,
  body: Uint8Array,
  payload: readonly Uint8Array[],
  hasNext: boolean,
): MessageParts {
  const copied = body.length <= SHORT_BYTES ? body.length : 0;
  const first = Buffer.alloc(HEADER_BYTES + copied);
  writeHeader(first, header);
  if (copied > 0) first.set(body, HEADER_BYTES);
  const parts: MessageParts = copied > 0 ? [first, ...payload] : [first, body, ...payload];
  if (!hasNext) return parts;
  const bytes = bytesOf(parts);
  const padding = -bytes & 7;
  first.writeUInt32LE(bytes + padding, FIELD.nextCommand);
  return padding > 0 ? [...parts, new Uint8Array(padding)] : parts;
}
