// A CREATE whose caller has gone away may still open a file; nobody would close it.

import { HEADER_BYTES } from '../message/header.ts';
import { NT_STATUS } from '../nt-status.ts';
import { close } from '../operations/close.ts';
import type { SmbRequest } from '../smb-tree.ts';
import type { Outgoing } from './call.ts';
import type { Connection } from './connection.ts';

/** Where FileId is in the answer to CREATE (MS-SMB2 2.2.14). */
const FILE_ID_AT = HEADER_BYTES + 64;

/** @param requests of one call; a CREATE with its CLOSE behind it closes itself */
export function withOrphansClosed(
  connection: Connection,
  requests: readonly SmbRequest[],
): readonly Outgoing[] {
  const opens = requests.some(({ command }) => command === 'CREATE');
  if (!opens || requests.some(({ command }) => command === 'CLOSE')) return requests;
  return requests.map((request) =>
    request.command === 'CREATE' ? closedWhenLate(connection, request) : request,
  );
}

function closedWhenLate(connection: Connection, request: SmbRequest): Outgoing {
  return {
    ...request,
    onLate({ status, message }) {
      if (status !== NT_STATUS.SUCCESS || message.length < FILE_ID_AT + 16) return;
      const fileId = message.subarray(FILE_ID_AT, FILE_ID_AT + 16);
      // A file that cannot be closed is closed with the connection.
      connection.exchangeOne(close(fileId)).catch(() => undefined);
    },
  };
}
