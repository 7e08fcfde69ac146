import fc from 'fast-check';
import t from 'tap';
import { contextTag, der, readElements, readOnly, TAG } from '../../../../src/storage/smb/auth/der.ts';
import {
  decodeNegTokenResp,
  MECH_TYPES,
  negTokenInit,
  negTokenResp,
} from '../../../../src/storage/smb/auth/spnego.ts';
import { Malformed } from '../../../../src/storage/smb/message/malformed.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

t.test('lengths that lie, that have no end or that are too long are malformed', async (t) => {
  for (const bad of ['04', '0405abcd', '0480abcd0000', '0485000000000100', '048400', '0482ffff00']) {
    t.throws(() => readElements(hex(bad)), Malformed, bad);
  }
  t.throws(() => readOnly(hex('0401aa 0401bb'), TAG.OCTET_STRING), Malformed, 'two where one is expected');
  t.throws(() => readOnly(hex(''), TAG.OCTET_STRING), Malformed);
});

t.test('a server that wants another login than NTLM is refused', async (t) => {
  const kerberos = hex('2a864882f712010202');
  const token = der(contextTag(1), der(TAG.SEQUENCE, der(contextTag(1), der(TAG.OID, kerberos))));
  t.throws(() => decodeNegTokenResp(token), /another login than NTLM/);
});

t.test('any bytes are read or are malformed', async () => {
  const isFine = (bytes: Uint8Array): boolean => {
    try {
      decodeNegTokenResp(Buffer.from(bytes));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
    return true;
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), isFine));
  const valid = negTokenResp(Buffer.from('NTLM'), Buffer.alloc(16));
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const changed = Buffer.from(valid);
      changed.writeUInt8(changed.readUInt8(at) ^ bits, at);
      return isFine(changed);
    }),
  );
});

t.test('values of any length come back', async (t) => {
  for (const length of [0, 1, 127, 128, 255, 256, 65_535]) {
    const value = Buffer.alloc(length, 7);
    t.ok(readOnly(der(TAG.OCTET_STRING, value), TAG.OCTET_STRING).equals(value), `${length} bytes`);
  }
});

t.test('the last token of a Windows server is understood', async (t) => {
  const token = decodeNegTokenResp(hex('a11b3019a0030a0100a3120410010000003b453cdc3524164200000000'));
  t.equal(token.state, 'accept-completed');
  t.equal(token.responseToken, undefined);
  t.equal(token.mechListMic?.toString('hex'), '010000003b453cdc3524164200000000');
});

t.test('the first token names SPNEGO, NTLM and its message', async (t) => {
  t.equal(MECH_TYPES.toString('hex'), '300c060a2b06010401823702020a');
  t.equal(
    negTokenInit(Buffer.from('NTLM')).toString('hex'),
    '602406062b0601050502a01a3018a00e300c060a2b06010401823702020aa20604044e544c4d',
  );
});
