import { FIELD, HEADER_BYTES, type RequestHeader, writeHeader } from './header.ts';

/** One message in parts: the header and its body in the first, then a payload that was not copied, then padding. */
export type MessageParts = [Buffer, ...Uint8Array[]];

/**
 * A message, not yet signed.
 * @param hasNext another one follows in the same frame: padded to a multiple of 8, with NextCommand (MS-SMB2 3.2.4.1.4)
 */
export function compose(
  header: RequestHeader,
  body: Uint8Array,
  payload: Uint8Array | undefined,
  hasNext: boolean,
): MessageParts {
  const start = HEADER_BYTES + body.length;
  const bytes = start + (payload?.length ?? 0);
  const padding = hasNext ? -bytes & 7 : 0;
  const first = Buffer.alloc(payload ? start : start + padding);
  writeHeader(first, header);
  first.set(body, HEADER_BYTES);
  if (hasNext) first.writeUInt32LE(bytes + padding, FIELD.nextCommand);
  if (payload === undefined) return [first];
  return padding > 0 ? [first, payload, new Uint8Array(padding)] : [first, payload];
}
