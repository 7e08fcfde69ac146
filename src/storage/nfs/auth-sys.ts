// Who asks: AUTH_SYS, RFC 5531 section 8.2 and appendix A.

import { XdrWriter } from './xdr.ts';

const FLAVORS = { AUTH_NONE: 0, AUTH_SYS: 1 };

/** The caller's name for itself; servers log it at most. */
const MACHINE = 'datasync-local';

/** A user and the groups it is in. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
}

/** Credential and verifier as they stand in every call of `caller`. */
export function authSys({ uid, gid }: Caller): Buffer {
  const noStamp = 0;
  const noMoreGroups = 0;
  const body = new XdrWriter(64).uint32(noStamp).string(MACHINE).uint32(uid).uint32(gid).uint32(noMoreGroups);
  return new XdrWriter(96).uint32(FLAVORS.AUTH_SYS).opaque(body.bytes()).fixed(authNone()).bytes();
}

/** An empty credential or verifier. */
function authNone(): Buffer {
  return new XdrWriter(8).uint32(FLAVORS.AUTH_NONE).uint32(0).bytes();
}
