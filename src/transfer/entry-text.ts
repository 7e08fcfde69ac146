import type { RelPath } from '../base/path.ts';
import type { Entry, EntryKind, Metadata } from '../storage/backend.ts';

/** How an entry is written into the ledger: short, times as text. */
interface Written {
  readonly k: EntryKind;
  readonly s: number;
  readonly m?: string;
  readonly a?: string;
  readonly l?: string;
  readonly c?: string;
  readonly i?: true;
  readonly t?: string;
  readonly d?: Omit<Metadata, 'atimeNs' | 'lastModifiedNs' | 'createdNs'>;
}

/** An entry as text, without its path. */
export function entryText(entry: Entry): string {
  const { atimeNs, lastModifiedNs, createdNs, ...rest } = entry.metadata;
  const written: Written = {
    k: entry.kind,
    s: entry.sizeBytes,
    ...(entry.mtimeNs !== null && { m: entry.mtimeNs.toString() }),
    ...(atimeNs !== undefined && { a: atimeNs.toString() }),
    ...(lastModifiedNs !== undefined && { l: lastModifiedNs.toString() }),
    ...(createdNs !== undefined && { c: createdNs.toString() }),
    ...(entry.implied && { i: true }),
    ...(entry.token !== undefined && { t: entry.token }),
    d: rest,
  };
  return JSON.stringify(written);
}

/** The entry that `entryText` wrote. */
export function entryFromText(path: RelPath, text: string): Entry {
  const { k, s, m, a, l, c, i, t, d } = JSON.parse(text) as Written;
  return {
    path,
    kind: k,
    sizeBytes: s,
    mtimeNs: m === undefined ? null : BigInt(m),
    metadata: {
      ...d,
      ...(a !== undefined && { atimeNs: BigInt(a) }),
      ...(l !== undefined && { lastModifiedNs: BigInt(l) }),
      ...(c !== undefined && { createdNs: BigInt(c) }),
    },
    ...(i && { implied: true }),
    ...(t !== undefined && { token: t }),
  };
}
