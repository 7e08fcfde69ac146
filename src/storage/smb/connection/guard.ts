// What protects the messages of a connection: signatures or encryption, put on and demanded.

import type { MessageParts } from '../message/compose.ts';
import { FLAGS, type ResponseHeader, splitCompound } from '../message/header.ts';
import { Malformed } from '../message/malformed.ts';
import { isSealed, type Sealer } from '../protection/encryption.ts';
import type { Signer } from '../protection/signing.ts';

/** Of a session that is logged in. */
export interface Protection {
  /** undefined for a guest, who has no key. */
  readonly signer: Signer | undefined;
  readonly sealer: Sealer | undefined;
  /** Every message is signed, unless it is sealed. */
  readonly signs: boolean;
  /** Every message is encrypted. */
  readonly seals: boolean;
}

/** Whose messages a connection carries. */
export interface Session {
  /** 0 before the login. */
  readonly id: bigint;
  /** 0 before the share is connected. */
  readonly treeId: number;
  /** Payloads of more than 64 KiB, paid for with as many credits; 2.0.2 has none (MS-SMB2 3.2.4.1.5). */
  readonly hasLargeMtu: boolean;
  readonly protection: Protection;
}

/** How one request went out, and so how its answer has to come in. */
export type Protected = 'open' | 'signed' | 'sealed';

/** Before the login. */
export const NO_SESSION: Session = {
  id: 0n,
  treeId: 0,
  hasLargeMtu: false,
  protection: { signer: undefined, sealer: undefined, signs: false, seals: false },
};

/** @param asksToBeSigned where the specification wants one request signed although the session is not */
export function protectionOf(
  { signer, sealer, signs, seals }: Protection,
  asksToBeSigned: boolean,
): Protected {
  if (seals && sealer) return 'sealed';
  return (signs || asksToBeSigned) && signer ? 'signed' : 'open';
}

/** The frame for messages. They are signed in place. */
export function protect(
  how: Protected,
  messages: readonly MessageParts[],
  { signer, sealer }: Protection,
): readonly Uint8Array[] {
  if (how === 'signed') for (const parts of messages) signer?.sign(parts);
  const parts = messages.flat();
  return how === 'sealed' && sealer ? sealer.seal(parts) : parts;
}

export interface Received {
  readonly messages: readonly Buffer[];
  readonly isSealed: boolean;
}

/** The messages of a frame, decrypted. @throws Malformed */
export function unprotect(frame: Buffer, { sealer }: Protection): Received {
  if (!isSealed(frame)) return { messages: splitCompound(frame), isSealed: false };
  if (sealer === undefined) throw new Malformed('an encrypted message came where nothing is encrypted');
  return { messages: splitCompound(sealer.open(frame)), isSealed: true };
}

/**
 * Whether an answer is as well protected as its request was (MS-SMB2 3.2.5.1.1 and 3.2.5.1.3).
 * What is signed without need is verified too.
 * @throws Malformed
 */
export function expectProtected(
  how: Protected,
  message: Buffer,
  header: ResponseHeader,
  wasSealed: boolean,
  { signer }: Protection,
): void {
  if (wasSealed) return;
  if (how === 'sealed') throw new Malformed('an answer is not encrypted although its request was');
  const isSigned = (header.flags & FLAGS.SIGNED) !== 0;
  if (how === 'signed' && !isSigned) throw new Malformed('an answer is not signed although it has to be');
  if (isSigned && signer && !signer.verifies(message)) {
    throw new Malformed(
      'the signature of an answer is wrong: it was changed on its way, or not made by the server',
    );
  }
}
