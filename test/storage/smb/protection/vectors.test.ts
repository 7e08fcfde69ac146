// What others have computed: RFC 4493, and the messages in Microsoft's articles on keys and encryption of SMB 3.

import fc from 'fast-check';
import t from 'tap';
import { Malformed } from '../../../../src/storage/smb/message/malformed.ts';
import { aesCmac } from '../../../../src/storage/smb/protection/aes-cmac.ts';
import { isSealed, sealer } from '../../../../src/storage/smb/protection/encryption.ts';
import { PreauthHash } from '../../../../src/storage/smb/protection/preauth-hash.ts';
import { sessionKeys } from '../../../../src/storage/smb/protection/session-keys.ts';
import { signer } from '../../../../src/storage/smb/protection/signing.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

const PREAUTH = hex(
  '0dd13628cc3ed218ef9df9772d436d0887ab9814bfae63a80aa845f36909db79' +
    '28622dddad522d9751640a459762c5a9d6bb084cbb3ce6bdadef5d5bce3c6c01',
);
/** The end of a login on Windows, signed with AES-CMAC. */
const SIGNED = hex(
  'fe534d4240000100000000000100800009000000000000000300000000000000fffe000000000000' +
    '1900000000100000ebe146da120ba25fc3376a49dfe31bc10900000048001d00a11b3019a0030a01' +
    '00a3120410010000003b453cdc3524164200000000',
);

t.test('one flipped bit anywhere, and a signature does not fit', async () => {
  const keys = ['AES-CMAC', 'AES-GMAC', 'HMAC-SHA256'] as const;
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.nat(SIGNED.length * 8 - 1), (algorithm, bit) => {
      const message = Buffer.from(SIGNED);
      const by = signer(algorithm, Buffer.alloc(16, 3));
      by.sign([message]);
      const untouched = Buffer.from(message);
      const at = bit >> 3;
      message.writeUInt8(message.readUInt8(at) ^ (1 << (bit & 7)), at);
      // The nonce of GMAC holds no more of the header than is signed beside it, so that nothing is left out.
      return by.verifies(untouched) && !by.verifies(message);
    }),
  );
});

t.test('one flipped bit behind the marker, and a message is not decrypted', async () => {
  const keys = { toServer: Buffer.alloc(32, 1), fromServer: Buffer.alloc(32, 1) };
  const short = { toServer: Buffer.alloc(16, 1), fromServer: Buffer.alloc(16, 1) };
  const ciphers = ['aes-128-gcm', 'aes-128-ccm', 'aes-256-gcm', 'aes-256-ccm'] as const;
  const text = Buffer.from('What nobody is to see.');
  fc.assert(
    fc.property(fc.constantFrom(...ciphers), fc.nat((52 - 4 + text.length) * 8 - 1), (name, bit) => {
      const by = sealer(name, name.startsWith('aes-128') ? short : keys, 42n);
      const frame = Buffer.concat(by.seal([text.subarray(0, 5), text.subarray(5)]));
      if (!by.open(Buffer.from(frame)).equals(text)) return false;
      const at = 4 + (bit >> 3);
      frame.writeUInt8(frame.readUInt8(at) ^ (1 << (bit & 7)), at);
      try {
        by.open(frame);
        return false;
      } catch (error) {
        return error instanceof Malformed;
      }
    }),
  );
});

t.test('what is cut off is not decrypted', async (t) => {
  const keys = { toServer: Buffer.alloc(16, 1), fromServer: Buffer.alloc(16, 1) };
  const by = sealer('aes-128-gcm', keys, 1n);
  const frame = Buffer.concat(by.seal([Buffer.from('text')]));
  for (let length = 4; length < frame.length; length++) {
    t.throws(() => by.open(frame.subarray(0, length)), Malformed, `${length} bytes`);
  }
});

t.test('no nonce comes twice', async (t) => {
  const keys = { toServer: Buffer.alloc(16, 1), fromServer: Buffer.alloc(16, 1) };
  const by = sealer('aes-128-gcm', keys, 1n);
  const nonces = Array.from({ length: 1000 }, () =>
    by
      .seal([Buffer.alloc(1)])[0]
      ?.subarray(20, 32)
      .join(),
  );
  t.equal(new Set(nonces).size, 1000);
});

t.test('AES-CMAC of RFC 4493, in whatever parts the message comes', async (t) => {
  const mac = aesCmac(hex('2b7e151628aed2a6abf7158809cf4f3c'));
  const message = hex(
    '6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51' +
      '30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710',
  );
  const macs = { 0: 'bb1d6929e95937287fa37d129b756746', 16: '070a16b46b4d4144f79bdd9dd04a287c' };
  const more = { 40: 'dfa66747de9ae63030ca32611497c827', 64: '51f0bebf7e3b9d92fc49741779363cfe' };
  for (const [length, expected] of Object.entries({ ...macs, ...more })) {
    const whole = message.subarray(0, Number(length));
    t.equal(mac([whole]).toString('hex'), expected, `${length} bytes`);
    for (const cut of [1, 15, 16, 17, 31, 63]) {
      t.equal(mac([whole.subarray(0, cut), whole.subarray(cut)]).toString('hex'), expected, `cut at ${cut}`);
    }
  }
});

t.test('the keys of 3.0 and 3.1.1', async (t) => {
  const old = sessionKeys({
    dialect: '3.0',
    cipher: 'aes-128-ccm',
    sessionKey: hex('7cd451825d0450d235424e44ba6e78cc'),
    preauthHash: Buffer.alloc(64),
  });
  t.equal(old.signing.toString('hex'), '0b7e9c5cac36c0f6ea9ab275298cedce');
  const current = sessionKeys({
    dialect: '3.1.1',
    cipher: 'aes-128-gcm',
    sessionKey: hex('270e1ba896585eeb7af3472d3b4c75a7'),
    preauthHash: PREAUTH,
  });
  t.equal(current.signing.toString('hex'), '73fe7a9a77bef0bde49c650d8ccb5f76');
  t.equal(Buffer.from(current.sealing?.toServer ?? []).toString('hex'), '629bcbc54422a0f572b97f45989b6073');
  t.equal(Buffer.from(current.sealing?.fromServer ?? []).toString('hex'), 'e2af0dcefac68da71a0dfbd0d1350d74');
});

t.test('before 3.0 the session key signs by itself, and nothing encrypts', async (t) => {
  const sessionKey = Buffer.alloc(16, 5);
  const keys = sessionKeys({
    dialect: '2.1',
    cipher: 'aes-128-ccm',
    sessionKey,
    preauthHash: Buffer.alloc(64),
  });
  t.same(keys, { signing: sessionKey, sealing: undefined });
});

t.test('the signature of a Windows server fits', async (t) => {
  const by = signer('AES-CMAC', hex('73fe7a9a77bef0bde49c650d8ccb5f76'));
  t.ok(by.verifies(Buffer.from(SIGNED)));
});

t.test('what Windows servers encrypted is read: CCM and GCM', async (t) => {
  const keys30 = sessionKeys({
    dialect: '3.0',
    cipher: 'aes-128-ccm',
    sessionKey: hex('b4546771b515f766a86735532dd6c4f0'),
    preauthHash: Buffer.alloc(64),
  });
  const ccm = hex(
    'fd534d42a6015530a18f6d9affe22afae8e66484860000000000000011000014' +
      '00e4080050000000000001001100001400e40800dbf46435c5f14169293ce079' +
      'e344479bf670227e49873f458672c3098dac467dd5809f369d67409166515787' +
      '1483e01f7becd02064eac3e235f913668bbc2f097980d4b378f1993eff6e60d1' +
      '77309e5b',
  );
  t.ok(isSealed(ccm));
  t.ok(keys30.sealing);
  if (!keys30.sealing) return;
  const write30 = sealer('aes-128-ccm', keys30.sealing, 0x8e40014000011n).open(ccm);
  t.equal(
    write30.toString('hex'),
    'fe534d4240000100000000000900210009000000000000000400000000000000' +
      'fffe0000010000001100001400e4080000000000000000000000000000000000' +
      '11000000170000000000000000000000',
  );

  const keys311 = sessionKeys({
    dialect: '3.1.1',
    cipher: 'aes-128-gcm',
    sessionKey: hex('419fddf34c1e001909d362ae7fb6af79'),
    preauthHash: hex(
      'b23f3cbfd69487d9832b79b1594a367cdd950909b774c3a4c412b4fcea9edddb' +
        'a7db256ba2ea30e977f11f9b113247578e0e915c6d2a513b8f2fca5707dc8770',
    ),
  });
  t.ok(keys311.sealing);
  if (!keys311.sealing) return;
  const gcm = hex(
    'fd534d42acbe1cb7ed343adf1725ef144d90d4b0e06831dd2e8eb7b400000000' +
      '0000000050000000000001002500000000100000' +
      '26bbbf949983a6c1c796559d0f2c510cb651d1f7b6ac8ded32a2a0b8f2d793a8' +
      '15c6f6b848d69767a215841a42d400ae6ddb5f0b44173a014973321fdd7950da' +
      '6179159b82e03c9e18a050ff0ea1c967',
  );
  const write311 = sealer('aes-128-gcm', keys311.sealing, 0x100000000025n).open(gcm);
  t.equal(write311.readUInt16LE(12), 9, 'it is the answer to a WRITE');
  t.equal(write311.readUInt32LE(64 + 4), 23);
});

t.test('the hash of a conversation depends on the order', async (t) => {
  const hashes = [['a', 'b'], ['b', 'a'], ['ab']].map((messages) => {
    const hash = new PreauthHash();
    for (const message of messages) hash.add(Buffer.from(message));
    return hash.value.toString('hex');
  });
  t.equal(new Set(hashes).size, 3);
  t.equal(new PreauthHash().value.length, 64);
});
