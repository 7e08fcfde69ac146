/**
 * A place inside a location: names joined by "/", with no empty name, no "." and no "..". The root is "".
 * Made only by `relPath` and `join`, so that nothing below can be led out of its root.
 */
export type RelPath = string & { readonly __relPath: true };

export const ROOT = '' as RelPath;

/** Why a text is no RelPath, or undefined when it is one. */
export function pathProblem(text: string): string | undefined {
  if (text === '') return undefined;
  if (text.includes('\0')) return 'it holds a NUL character';
  if (!text.isWellFormed()) return 'it holds half a surrogate pair';
  for (const name of text.split('/')) {
    if (name === '') return 'it holds an empty name ("//", or "/" at an end)';
    if (name === '.' || name === '..') return `it holds the name "${name}"`;
  }
  return undefined;
}

/** @throws TypeError when `text` is no clean relative path. */
export function relPath(text: string): RelPath {
  const problem = pathProblem(text);
  if (problem) throw new TypeError(`${JSON.stringify(text)} is no path inside a location: ${problem}.`);
  return text as RelPath;
}

/** `name` inside `directory`. @throws TypeError when `name` is not one clean name. */
export function join(directory: RelPath, name: string): RelPath {
  if (name.includes('/') || name === '') throw new TypeError(`${JSON.stringify(name)} is not one name.`);
  return relPath(directory === '' ? name : `${directory}/${name}`);
}

/** The directory that holds `path`; the root's parent is the root. */
export function parentOf(path: RelPath): RelPath {
  const slash = path.lastIndexOf('/');
  return (slash < 0 ? '' : path.slice(0, slash)) as RelPath;
}

/** The last name of `path`; "" for the root. */
export function nameOf(path: RelPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** How many names `path` has; 0 for the root. */
export function depthOf(path: RelPath): number {
  return path === '' ? 0 : path.split('/').length;
}

const SURROGATE = /[\ud800-\udfff]/;

/** Orders two names as their UTF-8 bytes are ordered, which is how S3 lists keys. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
