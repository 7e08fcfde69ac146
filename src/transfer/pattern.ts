/** A filter pattern, taken apart at its stars: the texts that must follow each other in a path. */
export interface Pattern {
  /** One more than there are stars; "" where a star is at an end or beside another. */
  readonly parts: readonly string[];
}

/**
 * Takes a filter string ("a|b") apart into its patterns. `\*`, `\|` and `\\` stand for the character itself;
 * a backslash before anything else, or at the end, is left out. Empty patterns are dropped, and so is one
 * "/" at the end of a pattern: `/dir/` and `/dir` are the same.
 * @source AWS user guide, "Filtering data"
 */
export function parsePatterns(filter: string): Pattern[] {
  const patterns: Pattern[] = [];
  let parts = [''];
  const end = () => {
    if (parts.length > 1 || parts[0] !== '') patterns.push({ parts: withoutSlash(parts) });
    parts = [''];
  };
  const add = (text: string) => {
    parts[parts.length - 1] += text;
  };
  for (let at = 0; at < filter.length; at++) {
    const character = filter.charAt(at);
    if (character === '\\') {
      if (isSpecial(filter.charAt(at + 1))) add(filter.charAt(++at));
    } else if (character === '|') end();
    else if (character === '*') parts.push('');
    else add(character);
  }
  end();
  return patterns;
}

const isSpecial = (character: string) => character === '*' || character === '|' || character === '\\';

function withoutSlash(parts: readonly string[]): string[] {
  return parts.map((part, index) =>
    index === parts.length - 1 && part.endsWith('/') ? part.slice(0, -1) : part,
  );
}

/**
 * Whether the pattern matches `path` or a folder above it. `path` begins with "/"; the root is "".
 * A star stands for any characters, "/" too. Takes time in proportion to the path, whatever the pattern.
 */
export function covers(pattern: Pattern, path: string): boolean {
  const { parts } = pattern;
  const first = parts[0] ?? '';
  if (!path.startsWith(first)) return false;
  if (parts.length === 1) return endsName(path, first.length);
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = path.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return endsWithPart(path, from, parts.at(-1) ?? '');
}

const endsName = (path: string, at: number) => at === path.length || path.charAt(at) === '/';

function endsWithPart(path: string, from: number, part: string): boolean {
  if (part === '') return true;
  for (let found = path.indexOf(part, from); found >= 0; found = path.indexOf(part, found + 1)) {
    if (endsName(path, found + part.length)) return true;
  }
  return false;
}

/** Whether something below the folder `path` (as in `covers`) may match: its path begins as the pattern does. */
export function reachesBelow(pattern: Pattern, path: string): boolean {
  const first = pattern.parts[0] ?? '';
  const folder = `${path}/`;
  return first.startsWith(folder) || (pattern.parts.length > 1 && folder.startsWith(first));
}
