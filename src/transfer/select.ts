import type { RelPath } from '../base/path.ts';
import { covers, type Pattern, parsePatterns, reachesBelow } from './pattern.ts';

/**
 * What the selection says of a path:
 * `taken` takes part; `above` does not itself, but something below it may (a folder on the way to an
 * include); `excluded` was named by the exclude filter; `outside` is matched by no include; `hidden` never
 * takes part in any run.
 */
export type Verdict = 'taken' | 'above' | 'excluded' | 'outside' | 'hidden';

/** Which paths take part in a run, on both sides alike. */
export interface View {
  judge(path: RelPath): Verdict;
}

/** @source AWS user guide, "Filtering data", "Excluding data by default" */
const HIDDEN = parsePatterns('*.snapshot|/.aws-datasync|/.awssync|/.zfs');

/** The view of a run without filters. */
export const EVERYTHING: View = makeView(null, null);

/**
 * Makes the view from whole filter strings; null, and a filter without patterns, is no filter. The root
 * always takes part.
 * @throws RangeError when the include has a star before its last character
 */
export function makeView(include: string | null, exclude: string | null): View {
  const problem = include === null ? undefined : includeProblem(include);
  if (problem) throw new RangeError(problem);
  const included = include === null ? [] : parsePatterns(include);
  const isExcluded = matcher(exclude === null ? [] : parsePatterns(exclude));
  const isIncluded = matcher(included);
  const inclusion = (path: string): Verdict => {
    if (included.length === 0 || isIncluded(path)) return 'taken';
    return included.some((pattern) => reachesBelow(pattern, path)) ? 'above' : 'outside';
  };
  return {
    judge(relative) {
      if (relative === '') return inclusion('') === 'outside' ? 'above' : inclusion('');
      const path = `/${relative}`;
      if (HIDDEN.some((pattern) => covers(pattern, path))) return 'hidden';
      return isExcluded(path) ? 'excluded' : inclusion(path);
    },
  };
}

/**
 * Why an include filter cannot be used, for people; undefined when it can.
 * @source AWS user guide, "Filtering data": in includes `*` may only be the last character of a pattern
 */
export function includeProblem(include: string): string | undefined {
  const wrong = parsePatterns(include).find(({ parts }) => parts.length > 2 || (parts[1] ?? '') !== '');
  if (!wrong) return undefined;
  return `The include pattern "${wrong.parts.join('*')}" has a "*" that is not its last character; only an exclude may have that.`;
}

/** Filters may name thousands of single paths: those without a star are looked up, not tried one by one. */
function matcher(patterns: readonly Pattern[]): (path: string) => boolean {
  const exact = new Set<string>();
  const starred: Pattern[] = [];
  for (const pattern of patterns) {
    if (pattern.parts.length === 1) exact.add(pattern.parts[0] ?? '');
    else starred.push(pattern);
  }
  return (path) => (exact.size > 0 && isAtOrBelow(exact, path)) || starred.some((one) => covers(one, path));
}

function isAtOrBelow(exact: ReadonlySet<string>, path: string): boolean {
  for (let end = path.length; end >= 0; end = end === 0 ? -1 : path.lastIndexOf('/', end - 1)) {
    if (exact.has(path.slice(0, end))) return true;
  }
  return false;
}
