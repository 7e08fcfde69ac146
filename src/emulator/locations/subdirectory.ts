// How DataSync writes a Subdirectory into a LocationUri, by family of locations.

/** `/` in front and behind: NFS, SMB, Azure Blob. @source terraform-provider-aws: it ignores the last slash there */
export function folder(subdirectory = ''): string {
  const path = asSent(subdirectory);
  return path.endsWith('/') ? path : `${path}/`;
}

/** `/` in front, the rest as it was sent: EFS, FSx, HDFS. @source terraform-provider-aws: compares exactly there */
export function asSent(subdirectory = ''): string {
  return subdirectory.startsWith('/') ? subdirectory : `/${subdirectory}`;
}

/**
 * A prefix of keys: none in front, `/` behind; "" for all. `/X`, `X` and `/X/` are all `X/`.
 * @source aws-cloudformation-resource-providers-datasync, live tests
 */
export function keyPrefix(subdirectory = ''): string {
  const keys = subdirectory.replace(/^\/+/, '');
  return keys === '' || keys.endsWith('/') ? keys : `${keys}/`;
}
