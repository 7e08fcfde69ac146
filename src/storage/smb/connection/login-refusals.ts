import { StorageError } from '../../storage-error.ts';
import { NT_STATUS, statusName } from '../nt-status.ts';

/** What is wrong with the account, and what to do; % is the user. */
const REFUSALS: Readonly<Partial<Record<number, string>>> = {
  [NT_STATUS.LOGON_FAILURE]: 'User name or password of % is wrong. Check user, domain and password.',
  [NT_STATUS.NO_SUCH_USER]: 'The user % is not known. Check user and domain.',
  [NT_STATUS.WRONG_PASSWORD]: 'The password of % is wrong. Check it.',
  [NT_STATUS.ACCOUNT_LOCKED_OUT]: 'The account % is locked out. Unlock it, then check the password.',
  [NT_STATUS.ACCOUNT_DISABLED]: 'The account % is disabled. Enable it.',
  [NT_STATUS.ACCOUNT_EXPIRED]: 'The account % has expired. Renew it.',
  [NT_STATUS.ACCOUNT_RESTRICTION]: 'The account % may not log in like this, such as with an empty password.',
  [NT_STATUS.PASSWORD_EXPIRED]: 'The password of % has expired. Set a new one.',
  [NT_STATUS.PASSWORD_MUST_CHANGE]: 'The password of % must be changed at first. Change it.',
  [NT_STATUS.INVALID_LOGON_HOURS]: 'The account % may not log in at this hour.',
  [NT_STATUS.INVALID_WORKSTATION]: 'The account % may not log in from this computer.',
  [NT_STATUS.LOGON_TYPE_NOT_GRANTED]: 'The account % may not log in over the network. Grant it that right.',
  [NT_STATUS.ACCESS_DENIED]:
    'The server does not let % in. Check its rights, that NTLMv2 is allowed, and whether the server wants encryption, which SMB has from 3.0 on.',
  [NT_STATUS.TRUSTED_RELATIONSHIP_FAILURE]:
    "The server cannot ask %'s domain. Check the server's membership.",
  [NT_STATUS.NOT_SUPPORTED]: 'The server does not take NTLM from %. Allow NTLMv2 for this account.',
};

/** Trouble of the server at this moment, and no word about the account. */
const LATER: ReadonlySet<number> = new Set([
  NT_STATUS.INSUFFICIENT_RESOURCES,
  NT_STATUS.REQUEST_NOT_ACCEPTED,
]);

/** @param user with its domain, as people write it; never a password */
export function loginRefused(shown: string, user: string, status: number): StorageError {
  const code = statusName(status);
  if (LATER.has(status)) {
    const busy = `${shown} takes no login now (${code}). Check how busy it is.`;
    return new StorageError('Unreachable', shown, busy, { code });
  }
  if (user === '') {
    const nobody = `Permission denied. ${shown} lets nobody in without a name, and no user was given. Give user and password.`;
    return new StorageError('CredentialsRefused', shown, nobody, { code });
  }
  const text = REFUSALS[status] ?? `The server refused the login of % (${code}).`;
  return new StorageError('CredentialsRefused', shown, `Permission denied. ${text.replace('%', user)}`, {
    code,
  });
}

/** The server let us in as somebody else than we are. */
export function guestRefused(shown: string, user: string): StorageError {
  const message = `Permission denied. ${shown} does not know ${user} and lets everybody in as a guest. Check user, domain and password.`;
  return new StorageError('CredentialsRefused', shown, message, { code: 'guest' });
}
