// Tree connect: the share (MS-SMB2 3.2.4.2.4 and 3.2.5.5).

import { StorageError } from '../../storage-error.ts';
import {
  decodeTreeConnect,
  encodeTreeConnect,
  SHARE_CAPABILITIES,
  SHARE_FLAGS,
  SHARE_TYPES,
  type TreeConnectResponse,
} from '../message/tree-connect.ts';
import { NT_STATUS, statusName } from '../nt-status.ts';
import type { Connection } from './connection.ts';

/** @throws StorageError NotFound, PermissionDenied, Unsupported for what is no share of files or a DFS namespace */
export async function connectShare(
  connection: Connection,
  share: string,
  isLoggedIn311: boolean,
  signal: AbortSignal | undefined,
): Promise<TreeConnectResponse> {
  const { host } = connection.address;
  const { status, message, header } = await connection.exchangeOne(
    { command: 'TREE_CONNECT', body: encodeTreeConnect(host, share) },
    // 3.1.1 signs this one always: it proves that the server saw the same conversation (MS-SMB2 3.2.4.1.1).
    { signal, signed: isLoggedIn311 },
  );
  const label = `//${host}/${share}`;
  if (status !== NT_STATUS.SUCCESS) throw shareRefused(label, status);
  const tree = decodeTreeConnect(message);
  const objection = objectionTo(tree);
  if (objection) throw new StorageError('Unsupported', label, `${label} ${objection}`);
  connection.session = { ...connection.session, treeId: header.treeId };
  demandEncryption(connection, tree, label);
  return tree;
}

function demandEncryption(connection: Connection, { shareFlags }: TreeConnectResponse, label: string): void {
  if (!(shareFlags & SHARE_FLAGS.ENCRYPT_DATA)) return;
  const { protection } = connection.session;
  if (protection.sealer === undefined) {
    const message = `Permission denied. ${label} is to be encrypted, but this version of SMB or this login cannot.`;
    throw new StorageError('PermissionDenied', label, message);
  }
  connection.session = { ...connection.session, protection: { ...protection, seals: true } };
}

/** What speaks against a share that was found. */
function objectionTo({ shareType, shareFlags, capabilities }: TreeConnectResponse): string | undefined {
  if (shareType === SHARE_TYPES.PIPE)
    return 'is no share of files but one of named pipes. Choose another share.';
  if (shareType === SHARE_TYPES.PRINT) return 'is no share of files but a printer. Choose another share.';
  if (shareType !== SHARE_TYPES.DISK) return 'is no share of files. Choose another share.';
  if (shareFlags & (SHARE_FLAGS.DFS | SHARE_FLAGS.DFS_ROOT) || capabilities & SHARE_CAPABILITIES.DFS) {
    return 'is in a DFS namespace, which DataSync does not support. Name the server and the share that the namespace leads to.';
  }
  return undefined;
}

function shareRefused(label: string, status: number): StorageError {
  const code = statusName(status);
  if (status === NT_STATUS.BAD_NETWORK_NAME) {
    const message = `No such file or directory. The server has no share ${label}. Check its name.`;
    return new StorageError('NotFound', label, message, { code });
  }
  if (status === NT_STATUS.ACCESS_DENIED || status === NT_STATUS.NETWORK_ACCESS_DENIED) {
    const message = `Permission denied. The user may not use the share ${label}. Check the permissions of the share.`;
    return new StorageError('PermissionDenied', label, message, { code });
  }
  return new StorageError('Io', label, `${label} cannot be connected: ${code}.`, { code });
}
