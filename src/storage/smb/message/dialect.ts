// Dialects: which there are, and what the newer ones can do (MS-SMB2 2.2.3, 3.2.5.2).

/** DialectRevision of each. Oldest first. */
export const DIALECTS = {
  '2.0.2': 0x0202,
  '2.1': 0x0210,
  '3.0': 0x0300,
  '3.0.2': 0x0302,
  '3.1.1': 0x0311,
} as const;
export type Dialect = keyof typeof DIALECTS;

export function dialectOf(revision: number): Dialect | undefined {
  return Object.entries(DIALECTS).find(([, value]) => value === revision)?.[0] as Dialect | undefined;
}

/** Whether `dialect` is `other` or newer. */
export function isAtLeast(dialect: Dialect, other: Dialect): boolean {
  return DIALECTS[dialect] >= DIALECTS[other];
}

/** MS-SMB2 2.2.3, Capabilities: what we can do, and what a server says that it can. */
export const CAPABILITIES = { LARGE_MTU: 0x04, ENCRYPTION: 0x40 } as const;

/** MS-SMB2 2.2.3, SecurityMode. */
export const SECURITY_MODE = { SIGNING_ENABLED: 1, SIGNING_REQUIRED: 2 } as const;

/** How messages are signed, with the id of MS-SMB2 2.2.3.1.7. */
export const SIGNING_ALGORITHMS = { 'HMAC-SHA256': 0, 'AES-CMAC': 1, 'AES-GMAC': 2 } as const;
export type SigningAlgorithm = keyof typeof SIGNING_ALGORITHMS;

/** How messages are encrypted, with the id of MS-SMB2 2.2.3.1.2. */
export const CIPHERS = { 'aes-128-ccm': 1, 'aes-128-gcm': 2, 'aes-256-ccm': 3, 'aes-256-gcm': 4 } as const;
export type CipherName = keyof typeof CIPHERS;
