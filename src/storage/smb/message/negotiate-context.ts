// What 3.1.1 negotiates beside the dialect (MS-SMB2 2.2.3.1 and 2.2.4.1).

import { bytesAt, Malformed } from './malformed.ts';

/** MS-SMB2 2.2.3.1, ContextType. */
const CONTEXT_TYPES = { PREAUTH_INTEGRITY: 1, ENCRYPTION: 2, NETNAME: 5, SIGNING: 8 } as const;
export type ContextType = keyof typeof CONTEXT_TYPES;

export interface NegotiateContext {
  /** undefined: one that we do not know, and did not ask for. */
  readonly type: ContextType | undefined;
  readonly data: Buffer;
}

/** MS-SMB2 2.2.3.1.1: the only hash there is for pre-authentication integrity. */
const SHA_512 = 1;

/** @param salt random bytes, so that the hash of the conversation differs each time */
export function preauthIntegrity(salt: Uint8Array): NegotiateContext {
  const data = Buffer.alloc(6 + salt.length);
  data.writeUInt16LE(1, 0);
  data.writeUInt16LE(salt.length, 2);
  data.writeUInt16LE(SHA_512, 4);
  data.set(salt, 6);
  return { type: 'PREAUTH_INTEGRITY', data };
}

/** ENCRYPTION and SIGNING offer a list of ids, the most wanted first (MS-SMB2 2.2.3.1.2 and 2.2.3.1.7). */
export function offer(type: 'ENCRYPTION' | 'SIGNING', ids: readonly number[]): NegotiateContext {
  const data = Buffer.alloc(2 + ids.length * 2);
  data.writeUInt16LE(ids.length, 0);
  ids.forEach((id, index) => {
    data.writeUInt16LE(id, 2 + index * 2);
  });
  return { type, data };
}

/** The name by which the server is called (MS-SMB2 2.2.3.1.4). */
export function netname(host: string): NegotiateContext {
  return { type: 'NETNAME', data: Buffer.from(host, 'utf16le') };
}

/** The one id that the server chose of an offer; undefined when it left the context out. @throws Malformed */
export function chosen(
  contexts: readonly NegotiateContext[],
  type: 'ENCRYPTION' | 'SIGNING',
): number | undefined {
  const data = only(contexts, type);
  if (data === undefined) return undefined;
  if (data.length < 4 || data.readUInt16LE(0) !== 1)
    throw new Malformed(`${type} is to choose one algorithm`);
  return data.readUInt16LE(2);
}

/** MS-SMB2 3.2.5.2: a 3.1.1 server has to say SHA-512 once, and nothing else. @throws Malformed */
export function expectSha512(contexts: readonly NegotiateContext[]): void {
  const data = only(contexts, 'PREAUTH_INTEGRITY');
  const isFine =
    data !== undefined && data.length >= 6 && data.readUInt16LE(0) === 1 && data.readUInt16LE(4) === SHA_512;
  if (!isFine) throw new Malformed('the pre-authentication integrity is not SHA-512');
}

function only(contexts: readonly NegotiateContext[], type: ContextType): Buffer | undefined {
  const [first, second] = contexts.filter((context) => context.type === type);
  if (second) throw new Malformed(`${type} was negotiated twice`);
  return first?.data;
}

const CONTEXT_HEADER_BYTES = 8;

/** The contexts one behind the other, each begun at a multiple of 8. */
export function writeContexts(contexts: readonly NegotiateContext[]): Buffer {
  const parts = contexts.flatMap(({ type, data }, index) => {
    const head = Buffer.alloc(CONTEXT_HEADER_BYTES);
    head.writeUInt16LE(type === undefined ? 0 : CONTEXT_TYPES[type], 0);
    head.writeUInt16LE(data.length, 2);
    const padding = index === contexts.length - 1 ? 0 : -data.length & 7;
    return [head, data, Buffer.alloc(padding)];
  });
  return Buffer.concat(parts);
}

const TYPE_NAMES: ReadonlyMap<number, ContextType> = new Map(
  Object.entries(CONTEXT_TYPES).map(([name, id]) => [id, name as ContextType]),
);

/** @throws Malformed */
export function readContexts(message: Buffer, offset: number, count: number): readonly NegotiateContext[] {
  const contexts: NegotiateContext[] = [];
  let at = offset;
  for (let index = 0; index < count; index++) {
    const head = bytesAt(message, at, CONTEXT_HEADER_BYTES, 'A negotiate context');
    const data = bytesAt(message, at + CONTEXT_HEADER_BYTES, head.readUInt16LE(2), 'A negotiate context');
    contexts.push({ type: TYPE_NAMES.get(head.readUInt16LE(0)), data });
    at = (at + CONTEXT_HEADER_BYTES + data.length + 7) & ~7;
  }
  return contexts;
}
