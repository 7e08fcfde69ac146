import t from 'tap';
import { ntlmLogin } from '../../../../src/storage/smb/auth/ntlm-login.ts';
import {
  decodeChallenge,
  encodeAuthenticate,
  MIC_AT,
  NTLM_FLAGS,
} from '../../../../src/storage/smb/auth/ntlm-message.ts';
import { signatureKey } from '../../../../src/storage/smb/auth/ntlm-signature.ts';
import { hmacMd5, ntlmV2Response, responseKey } from '../../../../src/storage/smb/auth/ntlm-v2.ts';
import { rc4 } from '../../../../src/storage/smb/auth/rc4.ts';
import { negTokenInit, negTokenResp } from '../../../../src/storage/smb/auth/spnego.ts';
import {
  answeredTargetInfo,
  readTargetInfo,
  timestampIn,
  writeTargetInfo,
} from '../../../../src/storage/smb/auth/target-info.ts';
import { Malformed } from '../../../../src/storage/smb/message/malformed.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const account = { user: 'User', domain: 'Domain', password: 'Password' };

t.test(
  'a challenge that is cut off, is of another kind or tells of more than it holds is malformed',
  async (t) => {
    const challenge = Buffer.alloc(56);
    challenge.write('NTLMSSP\0', 'latin1');
    challenge.writeUInt32LE(2, 8);
    t.ok(decodeChallenge(challenge));
    t.throws(() => decodeChallenge(challenge.subarray(0, 47)), Malformed);
    const lying = Buffer.from(challenge);
    lying.writeUInt16LE(9, 40);
    lying.writeUInt32LE(48, 44);
    t.throws(() => decodeChallenge(lying), /1 bytes past the end/);
    const negotiate = Buffer.from(challenge);
    negotiate.writeUInt32LE(1, 8);
    t.throws(() => decodeChallenge(negotiate), /no NTLM challenge/);
  },
);

t.test('a target info without an end, or with a pair beyond it, is malformed', async (t) => {
  t.throws(() => readTargetInfo(hex('0700 0200 abcd')), /has no end/);
  t.throws(() => readTargetInfo(hex('0700 0300 abcd')), /past the end/);
  t.throws(() => readTargetInfo(hex('07')), /past the end/);
  t.throws(() => timestampIn(readTargetInfo(hex('0700 0200 abcd 0000 0000'))), /no FILETIME/);
});

t.test(
  'a server that offers less than extended session security with 128 bits gets no password',
  async (t) => {
    const challenge = Buffer.alloc(48);
    challenge.write('NTLMSSP\0', 'latin1');
    challenge.writeUInt32LE(2, 8);
    challenge.writeUInt32LE(NTLM_FLAGS.UNICODE | NTLM_FLAGS.NTLM, 20);
    const login = ntlmLogin(account, 'nas');
    await t.rejects(login.answer(negTokenResp(challenge, Buffer.alloc(0)), 0), /too weak/);
    await t.rejects(login.answer(negTokenInit(challenge), 0), Malformed);
  },
);

t.test('NTLMv2 as MS-NLMP 4.2.4 computes it', async (t) => {
  const key = await responseKey(account);
  t.equal(key.toString('hex'), '0c868a403bfd7a93a3001ef22ef02e3f');
  const { ntResponse, sessionBaseKey } = ntlmV2Response({
    responseKey: key,
    serverChallenge: hex('0123456789abcdef'),
    clientChallenge: Buffer.alloc(8, 0xaa),
    timestamp: Buffer.alloc(8),
    targetInfo: hex('02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000'),
  });
  t.equal(ntResponse.subarray(0, 16).toString('hex'), '68cd0ab851e51c96aabc927bebef6a1c');
  t.equal(sessionBaseKey.toString('hex'), '8de40ccadbc14a82f15cb0ad0de95ca3');
  const exported = Buffer.alloc(16, 0x55);
  t.equal(rc4(sessionBaseKey)(exported).toString('hex'), 'c5dad2544fc9799094ce1ce90bc9d03e');
});

t.test('signatures as MS-NLMP 4.2.4.4 computes them', async (t) => {
  const exported = Buffer.alloc(16, 0x55);
  const signKey = signatureKey(exported, 'client-to-server', 'signing');
  const sealKey = signatureKey(exported, 'client-to-server', 'sealing');
  t.equal(signKey.toString('hex'), '4788dc861b4782f35d43fd98fe1a2d39');
  t.equal(sealKey.toString('hex'), '59f600973cc4960a25480a7c196e4c58');
  const text = Buffer.from('Plaintext', 'utf16le');
  const seal = rc4(sealKey);
  t.equal(seal(text).toString('hex'), '54e50165bf1936dc996020c1811b0f06fb5f');
  const checksum = hmacMd5(signKey, Buffer.alloc(4), text).subarray(0, 8);
  t.equal(seal(checksum).toString('hex'), '7fb38ec5c55d4976');
});

t.test('RC4 as RFC 6229 has it, also when the data come in pieces', async (t) => {
  const long = rc4(hex('0102030405060708090a0b0c0d0e0f10'));
  t.equal(long(Buffer.alloc(16)).toString('hex'), '9ac7cc9a609d1ef7b2932899cde41b97');
  t.equal(long(Buffer.alloc(16)).toString('hex'), '5248c4959014126a6e8a84f11d1a9e1c');
  t.equal(rc4(hex('0102030405'))(Buffer.alloc(16)).toString('hex'), 'b2396305f03dc027ccc3524a0a1118a8');
});

t.test(
  'what is answered to a target info: the MIC announced, the server named, all else as it was told',
  async (t) => {
    const told = readTargetInfo(hex('0200 0200 4100 0600 0400 01000000 0000 0000'));
    const answered = answeredTargetInfo(told, 'cifs/nas');
    t.strictSame(
      readTargetInfo(writeTargetInfo(answered)).map(({ id, value }) => [id, value.toString('hex')]),
      [
        [2, '4100'],
        [6, '03000000'],
        [10, '00'.repeat(16)],
        [9, Buffer.from('cifs/nas', 'utf16le').toString('hex')],
      ],
    );
  },
);

t.test('AUTHENTICATE has its parts behind a fixed part of 88 bytes, with room for the MIC', async (t) => {
  const message = encodeAuthenticate({
    flags: 0xe2888235,
    lmResponse: Buffer.alloc(24),
    ntResponse: Buffer.from('nt'),
    domain: 'D',
    user: 'U',
    workstation: '',
    encryptedSessionKey: Buffer.alloc(16, 7),
  });
  t.equal(message.readUInt32LE(60), 0xe2888235);
  t.same(message.subarray(MIC_AT, MIC_AT + 16), Buffer.alloc(16));
  t.equal(message.readUInt32LE(12 + 4), 88);
  const user = message.subarray(
    message.readUInt32LE(36 + 4),
    message.readUInt32LE(36 + 4) + message.readUInt16LE(36),
  );
  t.equal(user.toString('utf16le'), 'U');
  t.equal(message.length, 88 + 24 + 2 + 2 + 2 + 16);
});
