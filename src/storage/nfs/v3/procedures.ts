// The procedures of NFS version 3 that are used: RFC 1813 section 3.

import type { Procedure } from '../rpc-client.ts';

export const NFS_PROGRAM = 100003;
export const NFS_V3 = 3;

const NUMBERS = {
  GETATTR: 1,
  SETATTR: 2,
  LOOKUP: 3,
  READLINK: 5,
  READ: 6,
  WRITE: 7,
  CREATE: 8,
  MKDIR: 9,
  SYMLINK: 10,
  MKNOD: 11,
  REMOVE: 12,
  RMDIR: 13,
  RENAME: 14,
  LINK: 15,
  READDIR: 16,
  READDIRPLUS: 17,
  FSINFO: 19,
  PATHCONF: 20,
  COMMIT: 21,
} as const;

export type ProcedureName = keyof typeof NUMBERS;

export const PROCEDURES = Object.fromEntries(
  Object.entries(NUMBERS).map(([name, procedure]) => [
    name,
    { program: NFS_PROGRAM, version: NFS_V3, procedure, name },
  ]),
) as Readonly<Record<ProcedureName, Procedure>>;
