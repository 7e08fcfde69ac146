import { DIALECTS } from '../message/dialect.ts';
import { Malformed } from '../message/malformed.ts';
import { confirmsNegotiate, encodeValidateNegotiate } from '../message/validate-negotiate.ts';
import { NT_STATUS } from '../nt-status.ts';
import type { Connection } from './connection.ts';
import type { Negotiated } from './negotiate.ts';

/** What servers say, signed, that do not know the question; older ones than 3.0 (MS-SMB2 3.2.5.5, note). */
const DO_NOT_KNOW: readonly number[] = [
  NT_STATUS.FILE_CLOSED,
  NT_STATUS.INVALID_DEVICE_REQUEST,
  NT_STATUS.NOT_SUPPORTED,
];

/**
 * Asks the server, under signature, whether it heard and said what we said and heard in NEGOTIATE, which went unsigned.
 * 3.1.1 needs none of this: the hash of the conversation is in its keys. Nor can somebody who offers one old dialect
 * be talked into an older one.
 * @throws Malformed when somebody between has changed it
 */
export async function confirmNegotiation(
  connection: Connection,
  negotiated: Negotiated,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { dialect, said, heard } = negotiated;
  const offersNewer = said.dialects.some((offered) => offered >= DIALECTS['3.0']);
  if (dialect === '3.1.1' || !offersNewer || connection.session.protection.signer === undefined) return;
  const body = encodeValidateNegotiate(said);
  const { status, message } = await connection.exchangeOne(
    { command: 'IOCTL', body },
    { signal, signed: true },
  );
  if (DO_NOT_KNOW.includes(status)) return;
  if (status !== NT_STATUS.SUCCESS || !confirmsNegotiate(message, heard)) {
    throw new Malformed('somebody between changed what was negotiated');
  }
}
