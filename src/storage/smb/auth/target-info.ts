// What an NTLM server tells about itself: a list of AV_PAIRs (MS-NLMP 2.2.2.1).

import { bytesAt, Malformed } from '../message/malformed.ts';

/** MS-NLMP 2.2.2.1, AvId. */
export const AV = {
  EOL: 0,
  FLAGS: 6,
  TIMESTAMP: 7,
  TARGET_NAME: 9,
  CHANNEL_BINDINGS: 10,
} as const;

/** MsvAvFlags: the AUTHENTICATE message carries a MIC. */
const MIC_PROVIDED = 2;

export interface AvPair {
  readonly id: number;
  readonly value: Buffer;
}

const PAIR_HEADER_BYTES = 4;

/** @throws Malformed */
export function readTargetInfo(info: Buffer): readonly AvPair[] {
  const pairs: AvPair[] = [];
  let at = 0;
  while (at < info.length) {
    const head = bytesAt(info, at, PAIR_HEADER_BYTES, 'The target info');
    const id = head.readUInt16LE(0);
    if (id === AV.EOL) return pairs;
    const value = bytesAt(info, at + PAIR_HEADER_BYTES, head.readUInt16LE(2), 'The target info');
    pairs.push({ id, value });
    at += PAIR_HEADER_BYTES + value.length;
  }
  if (info.length > 0) throw new Malformed('the target info has no end');
  return pairs;
}

export function writeTargetInfo(pairs: readonly AvPair[]): Buffer {
  const parts = [...pairs, { id: AV.EOL, value: Buffer.alloc(0) }].flatMap(({ id, value }) => {
    const head = Buffer.alloc(PAIR_HEADER_BYTES);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return [head, value];
  });
  return Buffer.concat(parts);
}

/** When the server answered, as a FILETIME; undefined when it does not say. @throws Malformed */
export function timestampIn(pairs: readonly AvPair[]): Buffer | undefined {
  const value = pairs.find(({ id }) => id === AV.TIMESTAMP)?.value;
  if (value !== undefined && value.length !== 8)
    throw new Malformed('the time of the target info is no FILETIME');
  return value;
}

/**
 * What the client sends back (MS-NLMP 3.1.5.1.2): what it was told, that a MIC follows, whom it means to speak to,
 * and that no TLS channel is bound (a hash of zeros).
 * @param servicePrincipal such as `cifs/nas.example.com`
 */
export function answeredTargetInfo(pairs: readonly AvPair[], servicePrincipal: string): readonly AvPair[] {
  const flags = Buffer.alloc(4);
  const told = pairs.find(({ id }) => id === AV.FLAGS)?.value;
  flags.writeUInt32LE(((told?.length === 4 ? told.readUInt32LE(0) : 0) | MIC_PROVIDED) >>> 0);
  const ours: readonly AvPair[] = [
    { id: AV.FLAGS, value: flags },
    { id: AV.CHANNEL_BINDINGS, value: Buffer.alloc(16) },
    { id: AV.TARGET_NAME, value: Buffer.from(servicePrincipal, 'utf16le') },
  ];
  const ids = new Set(ours.map(({ id }) => id));
  return [...pairs.filter(({ id }) => !ids.has(id)), ...ours];
}
