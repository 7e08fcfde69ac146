/**
 * The key that keeps the names of one file together while they are objects. DataSync is said to restore
 * hard links from S3 and does not say how it knows them; this is our way.
 * @source AWS user guide, "Links and directories copied by DataSync", for the behaviour; the key is our choice
 */
export const HARD_LINK_KEY = 'file-hardlink';

const OWN_KEYS: ReadonlySet<string> = new Set([
  'file-owner',
  'file-group',
  'file-permissions',
  'file-mtime',
  'file-atime',
  HARD_LINK_KEY,
]);

/** Whether a key of user metadata is one that a transfer writes by itself. */
export const isOwnKey = (key: string): boolean => OWN_KEYS.has(key);
