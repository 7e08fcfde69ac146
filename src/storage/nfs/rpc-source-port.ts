import { randomInt } from 'node:crypto';
import { StorageError } from '../storage-error.ts';
import type { FramedSocket } from '../wire/framed-socket.ts';

/** Only root may start from these; exports that are `secure`, as exports are by default, take no others. */
const RESERVED = { from: 665, to: 1023 };
const COUNT = RESERVED.to - RESERVED.from + 1;

/** In use, or in use with this server a minute ago. */
const TAKEN: ReadonlySet<string> = new Set(['EADDRINUSE', 'EADDRNOTAVAIL']);
const FORBIDDEN: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);
const MOST_TRIES = 100;

/**
 * Connects from a reserved port where the process may and one is free, from any port otherwise.
 * @param connect rejects with a StorageError whose `code` is the system's
 */
export async function fromReservedPort(
  connect: (localPort: number | undefined) => Promise<FramedSocket>,
): Promise<FramedSocket> {
  const first = randomInt(COUNT);
  for (let tried = 0; tried < MOST_TRIES; tried += 1) {
    try {
      return await connect(RESERVED.from + ((first + tried) % COUNT));
    } catch (error) {
      if (isAbout(error, FORBIDDEN)) break;
      if (!isAbout(error, TAKEN)) throw error;
    }
  }
  return connect(undefined);
}

const isAbout = (error: unknown, codes: ReadonlySet<string>) =>
  error instanceof StorageError && error.code !== undefined && codes.has(error.code);
