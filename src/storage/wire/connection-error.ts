// The one place that says what a connection's failure means.

import { StorageError } from '../storage-error.ts';

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, with brackets round an IPv6 address. */
export function shownAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

const CHECK_SERVER = 'Check that the server runs and listens on this port.';
const CHECK_NETWORK = 'Check the address, the network and the firewalls between.';

/** What the system says → what happened, and what to do. `@` is the address, `%` the host alone. */
const MEANINGS: Readonly<Record<string, readonly [happened: string, next: string]>> = {
  ECONNREFUSED: ['@ refused the connection.', CHECK_SERVER],
  ECONNRESET: ['@ reset the connection.', CHECK_SERVER],
  EPIPE: ['@ ended the connection.', CHECK_SERVER],
  ECONNABORTED: ['The connection to @ was aborted.', CHECK_NETWORK],
  EHOSTUNREACH: ['There is no way to %.', CHECK_NETWORK],
  EHOSTDOWN: ['% is down.', CHECK_NETWORK],
  ENETUNREACH: ['The network of % cannot be reached.', CHECK_NETWORK],
  ENETDOWN: ['The network is down.', CHECK_NETWORK],
  ETIMEDOUT: ['No answer from @ in time.', `${CHECK_SERVER} ${CHECK_NETWORK}`],
  ENOTFOUND: ['The host % is not known.', 'Check its name, or use its address.'],
  EAI_AGAIN: ['The name server did not answer for %.', 'Check the name server, or use an address.'],
  EADDRNOTAVAIL: ['% cannot be reached from here.', CHECK_NETWORK],
};

/** Made by us, where no system call failed: the other side ended the connection. */
export const ENDED = 'EPIPE';
/** Made by us, when a time limit of ours passed. */
export const TIMED_OUT = 'ETIMEDOUT';

/** Unknown names and closed ports do not get better while one waits a few seconds. */
const FINAL_AT_FIRST: ReadonlySet<string> = new Set(['ENOTFOUND', 'ECONNREFUSED', 'EACCES', 'EINVAL']);

/** What became of a connection, as a StorageError Unreachable whose `code` is the system's, such as ECONNREFUSED. */
export function unreachable(address: Address, code: string, cause?: unknown): StorageError {
  const shown = shownAddress(address);
  const [happened, next] = MEANINGS[code] ?? [`The connection to @ failed (${code}).`, CHECK_NETWORK];
  const message = `${happened} ${next}`.replaceAll('@', shown).replaceAll('%', address.host);
  return new StorageError('Unreachable', shown, message, { code, cause });
}

/** As `unreachable`, of what a socket reported. */
export function fromSocketError(address: Address, error: unknown): StorageError {
  return unreachable(address, systemCode(error) ?? 'unknown', error);
}

/** The end of all patience. @param seconds that were waited; 0: it was waited for before */
export function noAnswer(address: Address, seconds: number, last: unknown): StorageError {
  const shown = shownAddress(address);
  const code = last instanceof StorageError ? last.code : undefined;
  const time = seconds > 0 ? ` for ${seconds} s` : '';
  const because = code === undefined ? '' : ` (${code})`;
  const message = `No answer from ${shown}${time}${because}. Check that the server runs and can be reached.`;
  return new StorageError('Unreachable', shown, message, { cause: last, ...(code && { code }) });
}

/** Whether a first connection that failed like this is to be tried again. */
export function isWorthAnotherTry(error: unknown): boolean {
  return (
    error instanceof StorageError &&
    error.kind === 'Unreachable' &&
    !(error.code !== undefined && FINAL_AT_FIRST.has(error.code))
  );
}

/** A host with several addresses fails with all their errors in one. */
function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? systemCode(error.errors[0]) : undefined;
}
