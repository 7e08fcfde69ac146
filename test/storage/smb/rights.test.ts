// Security descriptors: binary and SDDL, and what a hostile server may send instead.

import fc from 'fast-check';
import t from 'tap';
import type { WindowsSecurity } from '../../../src/storage/backend.ts';
import { MalformedAnswer } from '../../../src/storage/smb/operations/answer.ts';
import { maskOf } from '../../../src/storage/smb/rights/access-mask.ts';
import { aceOf, aceText } from '../../../src/storage/smb/rights/ace.ts';
import {
  decodeDescriptor,
  encodeDescriptor,
  partsAsked,
  partsOf,
} from '../../../src/storage/smb/rights/security-descriptor.ts';
import { sidOf, sidText } from '../../../src/storage/smb/rights/sid.ts';

const ALL = partsAsked('owner-dacl-sacl');

/** As a server would send it back that keeps what it was given. */
const through = (security: WindowsSecurity) =>
  decodeDescriptor(encodeDescriptor(security), partsOf(security));

t.test('texts that are no rights are a TypeError', async (t) => {
  const texts: readonly WindowsSecurity[] = [
    { owner: '' },
    { owner: 'S-1' },
    { owner: 'S-2-5-18' },
    { owner: 'S-1-5-4294967296' },
    { owner: 'S-1-281474976710656' },
    { owner: `S-1-5${'-1'.repeat(16)}` },
    { owner: 'XX' },
    { dacl: '' },
    { dacl: 'S:' },
    { dacl: 'D:X' },
    { dacl: 'D:NO_ACCESS_CONTROL(A;;FA;;;WD)' },
    { dacl: 'D:(A;;FA;;;WD' },
    { dacl: 'D:(A;;FA;;;WD)(' },
    { dacl: 'D:(A;;FA;;;WD))' },
    { dacl: 'D:(Q;;FA;;;WD)' },
    { dacl: 'D:(A;XX;FA;;;WD)' },
    { dacl: 'D:(A;;XX;;;WD)' },
    { dacl: 'D:(A;;F;;;WD)' },
    { dacl: 'D:(A;;0x1ffffffff;;;WD)' },
    { dacl: 'D:(A;;FA;;;WD;;)' },
    { dacl: 'D:(OA;;FA;no-guid;;WD)' },
    { dacl: 'D:(#00)' },
    { dacl: 'D:(#00000800ff)' },
    { dacl: `D:${'(A;;FA;;;WD)'.repeat(4000)}` },
    { sacl: 'D:' },
  ];
  for (const security of texts)
    t.throws(() => encodeDescriptor(security), TypeError, JSON.stringify(security));
});

t.test('descriptors that are cut off or point outside themselves are refused', async (t) => {
  const whole = encodeDescriptor({
    owner: 'S-1-5-21-1-2-3-1000',
    dacl: 'D:PAI(A;OICI;FA;;;S-1-1-0)(D;;FW;;;S-1-5-7)',
    sacl: 'S:(AU;SA;FA;;;S-1-1-0)',
  });
  for (let length = 0; length < whole.length; length++)
    t.throws(() => decodeDescriptor(whole.subarray(0, length), ALL), MalformedAnswer, `${length} bytes`);
  for (const at of [4, 12, 16]) {
    for (const offset of [1, 19, whole.length, 0x7fffffff, 0xffffffff]) {
      const lying = Buffer.from(whole);
      lying.writeUInt32LE(offset, at);
      t.throws(() => decodeDescriptor(lying, ALL), MalformedAnswer, `${offset} at ${at}`);
    }
  }
});

t.test('a list whose entries have lengths that cannot be is refused', async (t) => {
  for (const length of [0, 3, 0xffff]) {
    const lying = encodeDescriptor({ dacl: 'D:(A;;FA;;;WD)' });
    lying.writeUInt16LE(length, 20 + 8 + 2);
    t.throws(() => decodeDescriptor(lying, 4), MalformedAnswer, `${length}`);
  }
  const many = encodeDescriptor({ dacl: 'D:(A;;FA;;;WD)' });
  many.writeUInt16LE(0xffff, 20 + 4);
  t.throws(() => decodeDescriptor(many, 4), MalformedAnswer);
});

t.test('whatever a server sends is read or refused, never something else', async () => {
  const read = (bytes: Uint8Array) => {
    try {
      decodeDescriptor(Buffer.from(bytes), ALL);
    } catch (error) {
      if (!(error instanceof MalformedAnswer)) throw error;
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), read), { numRuns: 1000 });
  const whole = encodeDescriptor({
    owner: 'BA',
    dacl: 'D:AI(OA;;CR;;;BU)(A;ID;FA;;;SY)',
    sacl: 'S:(ML;;0x1;;;LW)',
  });
  const spoilt = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, value]) => {
    const bytes = Buffer.from(whole);
    bytes[at] = value;
    return bytes;
  });
  fc.assert(fc.property(spoilt, read), { numRuns: 2000 });
});

t.test('what is read is told in one way only', async (t) => {
  const told = {
    owner: 'S-1-5-32-544',
    dacl: 'D:PAI(A;OICI;FA;;;S-1-1-0)(D;ID;0x2;;;S-1-5-21-1-2-3-500)(A;CIIO;GA;;;S-1-3-0)',
    sacl: 'S:PAI(AU;SAFA;FW;;;S-1-1-0)',
  };
  t.strictSame(through(told), told);
  const asWritten = {
    owner: 'ba',
    dacl: 'D:ARPAI(A;CIOI;0x1f01ff;;;WD)(D;ID;DC;;;S-1-5-21-1-2-3-500)(A;IOCI;GA;;;CO)',
    sacl: 'S:AIP(AU;FASA;0x120116;;;WD)',
  };
  t.strictSame(through(asWritten), told);
  t.equal(maskOf('CCDCLC'), 7);
});

t.test('no list lets everybody in, an empty one nobody; for audits they are the same', async (t) => {
  t.strictSame(through({ dacl: 'D:NO_ACCESS_CONTROL' }), { dacl: 'D:NO_ACCESS_CONTROL' });
  t.strictSame(through({ dacl: 'D:' }), { dacl: 'D:' });
  t.strictSame(through({ dacl: 'D:P' }), { dacl: 'D:P' });
  t.strictSame(decodeDescriptor(encodeDescriptor({}), ALL), { dacl: 'D:NO_ACCESS_CONTROL', sacl: 'S:' });
  t.strictSame(through({ sacl: 'S:' }), { sacl: 'S:' });
});

t.test('AI is written with the wish for it, which is not told again', async (t) => {
  const control = encodeDescriptor({ dacl: 'D:AI', sacl: 'S:P' }).readUInt16LE(2);
  t.equal(control, 0x8000 | 0x4 | 0x10 | 0x400 | 0x100 | 0x2000);
});

t.test('entries that SDDL has no words for are kept byte for byte', async (t) => {
  const callback = Buffer.from('09001800ff011f0001010000000000010000000061727478', 'hex');
  const unknown = Buffer.from('7f0008000badcafe', 'hex');
  const longSid = Buffer.from('00001800ff011f000101000000000001000000000badcafe', 'hex');
  for (const ace of [callback, unknown, longSid]) {
    t.equal(aceText(ace), `#${ace.toString('hex')}`);
    t.ok(aceOf(aceText(ace)).equals(ace));
  }
  const text =
    'OA;CIID;0x100;bf967aba-0de6-11d0-a285-00aa003049e2;ab721a53-1e2f-11d0-9819-00aa0040529b;S-1-5-11';
  t.equal(aceText(aceOf(text)), text);
  t.equal(encodeDescriptor({ dacl: `D:(${text})` })[20], 4, 'the revision of Active Directory');
});

const sids = fc
  .tuple(fc.nat(2 ** 48 - 1), fc.array(fc.nat(2 ** 32 - 1), { maxLength: 15 }))
  .map(([authority, parts]) => {
    const bytes = Buffer.alloc(8 + 4 * parts.length);
    bytes[0] = 1;
    bytes[1] = parts.length;
    bytes.writeUIntBE(authority, 2, 6);
    for (const [index, part] of parts.entries()) bytes.writeUInt32LE(part, 8 + 4 * index);
    return bytes;
  });

const aces = fc
  .tuple(fc.nat(0x14), fc.nat(255), fc.nat(2 ** 32 - 1), fc.uint8Array({ maxLength: 40 }), fc.option(sids))
  .map(([type, flags, mask, rest, sid]) => {
    const content = sid ?? Buffer.from(rest);
    const ace = Buffer.alloc(8 + content.length);
    ace[0] = type;
    ace[1] = flags;
    ace.writeUInt16LE(ace.length, 2);
    ace.writeUInt32LE(mask, 4);
    ace.set(content, 8);
    return ace;
  });

t.test('any SID and any entry come back as they were', async () => {
  fc.assert(fc.property(sids, (sid) => sidOf(sidText(sid)).equals(sid)));
  fc.assert(
    fc.property(aces, (ace) => aceOf(aceText(ace)).equals(ace)),
    { numRuns: 2000 },
  );
});
