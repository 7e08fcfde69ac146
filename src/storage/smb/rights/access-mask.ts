// The rights of an ACE: a mask (MS-DTYP 2.4.3) and its text in SDDL (2.5.1.1).

/** Whole masks that have a name of their own. */
const NAMED: Readonly<Record<string, number>> = {
  FA: 0x1f01ff,
  FR: 0x120089,
  FW: 0x120116,
  FX: 0x1200a0,
  GA: 0x10000000,
  GX: 0x20000000,
  GW: 0x40000000,
  GR: 0x80000000,
};

/** Single bits; several of them stand one behind the other. */
const BITS: Readonly<Record<string, number>> = {
  CC: 0x1,
  DC: 0x2,
  LC: 0x4,
  SW: 0x8,
  RP: 0x10,
  WP: 0x20,
  DT: 0x40,
  LO: 0x80,
  CR: 0x100,
  SD: 0x10000,
  RC: 0x20000,
  WD: 0x40000,
  WO: 0x80000,
};

const NAME_OF: ReadonlyMap<number, string> = new Map(
  Object.entries(NAMED).map(([name, mask]) => [mask, name]),
);

/** `FA` and its like, else the number: one text for one mask. */
export function maskText(mask: number): string {
  return NAME_OF.get(mask) ?? `0x${mask.toString(16)}`;
}

/** @throws TypeError */
export function maskOf(text: string): number {
  if (/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text)) {
    const mask = Number(text);
    if (mask < 2 ** 32) return mask;
  }
  let mask = 0;
  for (let at = 0; at < text.length; at += 2) {
    const name = text.slice(at, at + 2).toUpperCase();
    const bits = NAMED[name] ?? BITS[name];
    if (bits === undefined) throw new TypeError(`${JSON.stringify(text)} names no rights.`);
    mask = (mask | bits) >>> 0;
  }
  return mask;
}
