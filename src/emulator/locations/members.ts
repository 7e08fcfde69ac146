/**
 * An input as it is once the model's constraints have been checked: what is required is there, what is
 * optional is there or absent, and nothing is undefined.
 */
export type Checked<T> = T extends Uint8Array | Date
  ? T
  : T extends readonly (infer Item)[]
    ? Checked<Item>[]
    : T extends object
      ? { [Name in keyof T]: Checked<Exclude<T[Name], undefined>> }
      : T;

/** Those of the named members that are there. */
export function only<T extends object, Name extends keyof T>(
  members: T,
  ...names: readonly Name[]
): Partial<Pick<T, Name>> {
  const kept: Partial<Pick<T, Name>> = {};
  for (const name of names) {
    if (members[name] !== undefined) kept[name] = members[name];
  }
  return kept;
}

/** How records keep blobs. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
