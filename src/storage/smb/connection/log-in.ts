// Session setup: who we are (MS-SMB2 3.2.4.2.3 and 3.2.5.3), with NTLMv2.

import { shownAddress } from '../../wire/connection-error.ts';
import { ntlmLogin } from '../auth/ntlm-login.ts';
import type { Account } from '../auth/ntlm-v2.ts';
import { isAtLeast, SECURITY_MODE } from '../message/dialect.ts';
import { FLAGS } from '../message/header.ts';
import { Malformed } from '../message/malformed.ts';
import { decodeSessionSetup, encodeSessionSetup, SESSION_FLAGS } from '../message/session-setup.ts';
import { NT_STATUS } from '../nt-status.ts';
import { sealer } from '../protection/encryption.ts';
import type { PreauthHash } from '../protection/preauth-hash.ts';
import { sessionKeys } from '../protection/session-keys.ts';
import { type Signer, signer } from '../protection/signing.ts';
import type { Answer } from './call.ts';
import type { Connection } from './connection.ts';
import type { Protection } from './guard.ts';
import { guestRefused, loginRefused } from './login-refusals.ts';
import type { Negotiated } from './negotiate.ts';

export interface LogInOptions {
  readonly account: Account;
  readonly negotiated: Negotiated;
  readonly preauth: PreauthHash;
  readonly signal?: AbortSignal | undefined;
}

/** Logs in, and puts the connection under the protection of the new session. @throws StorageError CredentialsRefused */
export async function logIn(connection: Connection, options: LogInOptions): Promise<void> {
  const { account, negotiated, preauth, signal } = options;
  const conversation = await converse(connection, account, signal, (message) => preauth.add(message));
  const { last, sessionKey } = conversation;
  const { sessionFlags } = decodeSessionSetup(last.message);
  connection.session = { ...connection.session, id: last.header.sessionId };

  if (sessionFlags & (SESSION_FLAGS.IS_GUEST | SESSION_FLAGS.IS_NULL)) {
    if (account.password !== '') throw guestRefused(shownAddress(connection.address), shownUser(account));
    // Guests have no key, and so neither signatures nor encryption.
    return;
  }
  const { dialect, cipher, signing } = negotiated;
  const keys = sessionKeys({
    dialect,
    cipher: cipher ?? 'aes-128-ccm',
    sessionKey,
    preauthHash: preauth.value,
  });
  const sessionSigner = signer(signing, keys.signing);
  const protection: Protection = {
    signer: sessionSigner,
    sealer: cipher && keys.sealing && sealer(cipher, keys.sealing, last.header.sessionId),
    signs: negotiated.serverRequiresSigning,
    seals: (sessionFlags & SESSION_FLAGS.ENCRYPT_DATA) !== 0,
  };
  if (protection.seals && !protection.sealer) throw new Malformed('it demands encryption but agreed on none');
  const mustBeSigned = protection.signs || isAtLeast(dialect, '3.0');
  expectServerKnowsKey(last, sessionSigner, mustBeSigned);
  connection.session = { ...connection.session, protection };
}

/**
 * Logs in again to a session that has expired; its keys stay (MS-SMB2 3.2.5.3.2).
 * @throws StorageError CredentialsRefused
 */
export async function renewLogin(connection: Connection, account: Account): Promise<void> {
  await converse(connection, account, undefined, () => undefined);
}

interface Conversation {
  readonly last: Answer;
  readonly sessionKey: Buffer;
}

/** The two SESSION_SETUPs. @param hash sees all but the last answer */
async function converse(
  connection: Connection,
  account: Account,
  signal: AbortSignal | undefined,
  hash: (message: Buffer) => void,
): Promise<Conversation> {
  const login = ntlmLogin(account, connection.address.host);
  const setUp = (token: Buffer) =>
    connection.exchangeOne(
      { command: 'SESSION_SETUP', body: encodeSessionSetup(SECURITY_MODE.SIGNING_ENABLED, token) },
      { signal, onSent: hash },
    );
  const refused = ({ status }: Answer) =>
    loginRefused(shownAddress(connection.address), shownUser(account), status);

  const first = await setUp(login.firstToken);
  if (first.status !== NT_STATUS.MORE_PROCESSING_REQUIRED) throw refused(first);
  hash(first.message);
  const { id } = connection.session;
  if (id !== 0n && first.header.sessionId !== id)
    throw new Malformed('it changed the session in a new login');
  connection.session = { ...connection.session, id: first.header.sessionId };
  const answer = await login.answer(decodeSessionSetup(first.message).token, connection.clock.now());
  const last = await setUp(answer.token);
  if (last.status !== NT_STATUS.SUCCESS) throw refused(last);
  if (last.header.sessionId !== first.header.sessionId)
    throw new Malformed('it changed the session in the login');
  const { token, sessionFlags } = decodeSessionSetup(last.message);
  // A guest's answer is signed with a key that nobody knows.
  if (!(sessionFlags & (SESSION_FLAGS.IS_GUEST | SESSION_FLAGS.IS_NULL))) answer.confirm(token);
  return { last, sessionKey: answer.sessionKey };
}

/** The signature of the last answer proves that the server knows the password too (MS-SMB2 3.2.5.3.1). */
function expectServerKnowsKey({ message, header }: Answer, by: Signer, mustBeSigned: boolean): void {
  const isSigned = (header.flags & FLAGS.SIGNED) !== 0;
  if (!isSigned && mustBeSigned) throw new Malformed('it did not sign the end of the login');
  if (isSigned && !by.verifies(message)) throw new Malformed('it signed the end of the login wrongly');
}

/** @returns such as `CORP\\anna` */
export function shownUser({ user, domain }: Account): string {
  return domain === '' ? user : `${domain}\\${user}`;
}
