// The first thing that is said: which dialect, how it is signed, how it could be encrypted (MS-SMB2 3.2.4.2.2.2, 3.2.5.2).

import { randomBytes } from 'node:crypto';
import type { SmbConfig } from '../../smb.ts';
import { StorageError } from '../../storage-error.ts';
import { shownAddress } from '../../wire/connection-error.ts';
import {
  CAPABILITIES,
  CIPHERS,
  type CipherName,
  DIALECTS,
  type Dialect,
  dialectOf,
  isAtLeast,
  SECURITY_MODE,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from '../message/dialect.ts';
import { Malformed } from '../message/malformed.ts';
import {
  decodeNegotiate,
  encodeNegotiate,
  type NegotiateRequest,
  type NegotiateResponse,
} from '../message/negotiate.ts';
import { chosen, expectSha512, netname, offer, preauthIntegrity } from '../message/negotiate-context.ts';
import { NT_STATUS, statusName } from '../nt-status.ts';
import type { PreauthHash } from '../protection/preauth-hash.ts';
import type { Outgoing } from './call.ts';
import type { Connection } from './connection.ts';

/** What both sides have agreed on. */
export interface Negotiated {
  readonly dialect: Dialect;
  readonly signing: SigningAlgorithm;
  /** undefined: nothing can be encrypted. */
  readonly cipher: CipherName | undefined;
  readonly serverRequiresSigning: boolean;
  readonly said: NegotiateRequest;
  readonly heard: NegotiateResponse;
}

const OFFERS: Readonly<Record<SmbConfig['version'], readonly Dialect[]>> = {
  automatic: ['2.1', '3.0', '3.0.2', '3.1.1'],
  '2.0.2': ['2.0.2'],
  '2.1': ['2.1'],
  '3.0.2': ['3.0.2'],
};

/** Most wanted first. */
const WANTED_CIPHERS: readonly CipherName[] = ['aes-128-gcm', 'aes-256-gcm', 'aes-128-ccm', 'aes-256-ccm'];
/** In order of speed. */
const WANTED_SIGNING: readonly SigningAlgorithm[] = ['AES-GMAC', 'AES-CMAC', 'HMAC-SHA256'];

/** A location that names a version gets this one and no other. */
export async function negotiate(
  connection: Connection,
  version: SmbConfig['version'],
  preauth: PreauthHash,
  signal: AbortSignal | undefined,
): Promise<Negotiated> {
  const said = requestFor(OFFERS[version], connection.address.host);
  const asked: Outgoing = { command: 'NEGOTIATE', body: encodeNegotiate(said) };
  const { status, message } = await connection.exchangeOne(asked, {
    signal,
    onSent: (sent) => preauth.add(sent),
  });
  preauth.add(message);
  const shown = shownAddress(connection.address);
  if (status === NT_STATUS.NOT_SUPPORTED) throw noCommonDialect(shown, OFFERS[version]);
  if (status !== NT_STATUS.SUCCESS) {
    throw new StorageError('Io', shown, `${shown} refused to negotiate: ${statusName(status)}.`);
  }
  return agreed(said, decodeNegotiate(message));
}

function requestFor(dialects: readonly Dialect[], host: string): NegotiateRequest {
  const speaks = (dialect: Dialect) => dialects.some((offered) => isAtLeast(offered, dialect));
  return {
    dialects: dialects.map((dialect) => DIALECTS[dialect]),
    securityMode: SECURITY_MODE.SIGNING_ENABLED,
    // Both must be 0 in requests of those who do not know them yet (MS-SMB2 2.2.3).
    capabilities: speaks('3.0') ? CAPABILITIES.LARGE_MTU | CAPABILITIES.ENCRYPTION : 0,
    clientGuid: speaks('2.1') ? randomBytes(16) : Buffer.alloc(16),
    contexts: speaks('3.1.1')
      ? [
          preauthIntegrity(randomBytes(32)),
          offer(
            'ENCRYPTION',
            WANTED_CIPHERS.map((name) => CIPHERS[name]),
          ),
          offer(
            'SIGNING',
            WANTED_SIGNING.map((name) => SIGNING_ALGORITHMS[name]),
          ),
          netname(host),
        ]
      : [],
  };
}

/** @throws Malformed */
function agreed(said: NegotiateRequest, heard: NegotiateResponse): Negotiated {
  const dialect = dialectOf(heard.dialect);
  if (dialect === undefined || !said.dialects.includes(heard.dialect)) {
    throw new Malformed(`it chose dialect 0x${heard.dialect.toString(16)}, which was not offered`);
  }
  return {
    dialect,
    signing: signingOf(dialect, heard),
    cipher: cipherOf(dialect, heard),
    serverRequiresSigning: (heard.securityMode & SECURITY_MODE.SIGNING_REQUIRED) !== 0,
    said,
    heard,
  };
}

function signingOf(dialect: Dialect, { contexts }: NegotiateResponse): SigningAlgorithm {
  if (!isAtLeast(dialect, '3.0')) return 'HMAC-SHA256';
  const id = chosen(contexts, 'SIGNING');
  if (id === undefined) return 'AES-CMAC';
  const name = WANTED_SIGNING.find((wanted) => SIGNING_ALGORITHMS[wanted] === id);
  if (name === undefined) throw new Malformed(`it chose signing algorithm ${id}, which was not offered`);
  return name;
}

function cipherOf(dialect: Dialect, { capabilities, contexts }: NegotiateResponse): CipherName | undefined {
  if (dialect !== '3.1.1') {
    return isAtLeast(dialect, '3.0') && capabilities & CAPABILITIES.ENCRYPTION ? 'aes-128-ccm' : undefined;
  }
  expectSha512(contexts);
  const id = chosen(contexts, 'ENCRYPTION');
  // 0: none of those that were offered (MS-SMB2 2.2.4.1.2).
  if (id === undefined || id === 0) return undefined;
  const name = WANTED_CIPHERS.find((wanted) => CIPHERS[wanted] === id);
  if (name === undefined) throw new Malformed(`it chose cipher ${id}, which was not offered`);
  return name;
}

function noCommonDialect(shown: string, offered: readonly Dialect[]): StorageError {
  const versions = offered.length === 1 ? offered[0] : `${offered[0]} to ${offered.at(-1)}`;
  const message = `Operation not supported. ${shown} does not speak SMB ${versions}. Choose another version for the location, or allow this one on the server.`;
  return new StorageError('Unsupported', shown, message, { code: 'STATUS_NOT_SUPPORTED' });
}
