// Whatever a server sends: every decoder understands it or says that it is malformed, and nothing else.

import fc from 'fast-check';
import t from 'tap';
import { decodeChallenge } from '../../../../src/storage/smb/auth/ntlm-message.ts';
import { readTargetInfo } from '../../../../src/storage/smb/auth/target-info.ts';
import { readHeader, splitCompound, writeHeader } from '../../../../src/storage/smb/message/header.ts';
import { Malformed } from '../../../../src/storage/smb/message/malformed.ts';
import { decodeNegotiate } from '../../../../src/storage/smb/message/negotiate.ts';
import {
  chosen,
  expectSha512,
  offer,
  preauthIntegrity,
  readContexts,
  writeContexts,
} from '../../../../src/storage/smb/message/negotiate-context.ts';
import { decodeSessionSetup } from '../../../../src/storage/smb/message/session-setup.ts';
import { decodeTreeConnect } from '../../../../src/storage/smb/message/tree-connect.ts';
import { confirmsNegotiate } from '../../../../src/storage/smb/message/validate-negotiate.ts';

/** A message with a header that is in order and these first bytes behind it. */
function messageWith(structure: number, bytes: number): Buffer {
  const message = Buffer.alloc(64 + bytes);
  const header = { messageId: 1, sessionId: 2n, treeId: 3, creditCharge: 1, creditRequest: 1, flags: 1 };
  writeHeader(message, { command: 'IOCTL', ...header });
  message.writeUInt16LE(structure, 64);
  return message;
}

const negotiated = messageWith(65, 120);
negotiated.writeUInt16LE(0x0311, 68);
negotiated.writeUInt16LE(3, 70);
negotiated.writeUInt32LE(128, 64 + 60);
writeContexts([preauthIntegrity(Buffer.alloc(4)), offer('SIGNING', [2]), offer('ENCRYPTION', [2])]).copy(
  negotiated,
  128,
);
const heard = decodeNegotiate(negotiated);

const DECODERS: Readonly<Record<string, readonly [valid: Buffer, decode: (bytes: Buffer) => unknown]>> = {
  header: [messageWith(4, 4), readHeader],
  compound: [Buffer.concat([messageWith(4, 8), messageWith(4, 8)]), splitCompound],
  negotiate: [negotiated, decodeNegotiate],
  'negotiate contexts': [
    negotiated,
    (bytes) => {
      const contexts = readContexts(bytes, 128, 3);
      expectSha512(contexts);
      return [chosen(contexts, 'SIGNING'), chosen(contexts, 'ENCRYPTION')];
    },
  ],
  'session setup': [messageWith(9, 40), decodeSessionSetup],
  'tree connect': [messageWith(16, 16), decodeTreeConnect],
  'validate negotiate': [messageWith(49, 80), (bytes) => confirmsNegotiate(bytes, heard)],
  challenge: [
    Buffer.concat([Buffer.from('NTLMSSP\0\x02\0\0\0', 'latin1'), Buffer.alloc(60)]),
    decodeChallenge,
  ],
  'target info': [Buffer.from('070008000000000000000000' + '00000000', 'hex'), readTargetInfo],
};

function isFine(decode: (bytes: Buffer) => unknown, bytes: Buffer): boolean {
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  return true;
}

for (const [what, [valid, decode]] of Object.entries(DECODERS)) {
  t.test(`${what}: any bytes`, async () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => isFine(decode, Buffer.from(bytes))));
  });

  t.test(`${what}: one that is cut off anywhere, with bytes changed anywhere`, async () => {
    const changes = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(valid.length), (bytes, length) => {
        const changed = Buffer.from(valid);
        for (const [at, byte] of bytes) changed.writeUInt8(byte, at);
        return isFine(decode, changed.subarray(0, length));
      }),
      { numRuns: 300 },
    );
  });
}

t.test(
  'as many negotiate contexts as a server says that there are, in a message that has room for none',
  async (t) => {
    t.throws(() => readContexts(Buffer.alloc(64), 64, 65_535), Malformed);
    t.throws(() => readContexts(Buffer.alloc(64), 0xffff_fff8, 1), Malformed);
  },
);

t.test('a context twice is malformed', async (t) => {
  const twice = [offer('SIGNING', [1]), offer('SIGNING', [2])];
  t.throws(() => chosen(twice, 'SIGNING'), /negotiated twice/);
});
