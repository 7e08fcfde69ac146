// Which items of a task take part: filters or a manifest, and what is refused of them.

import { invalidParameter } from './errors.ts';
import type { TaskRecord } from './records.ts';
import { manifestWithoutSource } from './task-errors.ts';

export type TaskSelection = Pick<TaskRecord, 'includes' | 'excludes' | 'manifest'>;

type Filters = TaskRecord['includes'];
type WireManifest = NonNullable<TaskRecord['manifest']>;

/** What a client may send of it. */
interface GivenSelection {
  readonly Includes?: Filters | undefined;
  readonly Excludes?: Filters | undefined;
  readonly ManifestConfig?: WireManifest | undefined;
}

/** Characters of all filters together. @source AWS user guide, "Quotas": 102,400 */
const MOST_CHARACTERS = 102_400;

/**
 * `before` with what was given in its place: filters are replaced as a whole, `{}` removes the manifest.
 * @throws ServiceError when they cannot be, or do not go together
 */
export function selectionFrom(given: GivenSelection, before?: TaskSelection): TaskSelection {
  const includes = given.Includes ?? before?.includes ?? [];
  const excludes = given.Excludes ?? before?.excludes ?? [];
  const manifest = given.ManifestConfig === undefined ? before?.manifest : manifestFrom(given.ManifestConfig);
  const selection = { includes, excludes, ...(manifest ? { manifest } : {}) };
  checkFilters(selection);
  return selection;
}

/** @source AWS API Reference, ManifestConfig: an empty one removes it, one without Source is refused */
function manifestFrom(given: WireManifest): WireManifest | undefined {
  const said = Object.values(given).some((value) => value !== undefined && value !== null);
  if (!said) return undefined;
  if (!given.Source?.S3) throw manifestWithoutSource();
  return given;
}

/** @source AWS user guide, "Filtering data" and "Using a manifest": the rules; guess for the texts */
function checkFilters({ includes, excludes, manifest }: TaskSelection): void {
  const values = [...includes, ...excludes].map((rule) => rule.Value ?? '');
  const characters = values.reduce((total, value) => total + value.length, 0);
  if (characters > MOST_CHARACTERS) {
    throw invalidParameter(
      `The include and exclude filters have ${characters} characters together; the most is ${MOST_CHARACTERS}. Use fewer patterns, or a manifest.`,
    );
  }
  if (manifest && characters > 0) {
    throw invalidParameter(
      'A manifest cannot be combined with include or exclude filters. Send Includes and Excludes as empty lists, or ManifestConfig as {}.',
    );
  }
  for (const { Value: value = '' } of includes) checkInclude(value);
}

function checkInclude(value: string): void {
  const wrong = patternsOf(value).find((pattern) => starsOf(pattern).some((at) => at < pattern.length - 1));
  if (wrong !== undefined) {
    throw invalidParameter(
      `Invalid include filter. The pattern ${JSON.stringify(shortened(wrong))} has a "*" that is not its last character. In an include filter "*" is allowed at the right end of a pattern only.`,
    );
  }
}

const shortened = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** Between bars that are not escaped. */
function patternsOf(value: string): readonly string[] {
  return value.match(/(?:\\[\s\S]|[^|\\]|\\$)+/g) ?? [];
}

/** Where stars stand that are not escaped. */
function starsOf(pattern: string): readonly number[] {
  return Array.from(pattern.matchAll(/\\[\s\S]|\*/g))
    .filter(([found]) => found === '*')
    .map((found) => found.index);
}
