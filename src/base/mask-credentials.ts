/** User and password in front of a host, up to the last "@" before the path; or, where no host can be made out, all up to the last "@". */
const CREDENTIALS = /\/\/(?:[^/]*@|[^/@]*:(?!\d+(?:[/?]|$)).*@)/;

/** A text with a URL in it, such as `smb://user:password@host/share`, without what nobody should read. */
export function maskCredentials(text: string): string {
  return text.replace(CREDENTIALS, '//***@');
}
