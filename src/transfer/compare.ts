import type { Capabilities, Entry, Metadata, WindowsSecurity } from '../storage/backend.ts';
import type { Preserve } from './job.ts';
import { isOwnKey } from './object-metadata.ts';

/** What two sides can be held against each other by: what both keep and the run preserves. Made once for a run. */
export interface CompareRules {
  /** The coarser step of both sides' times; null when times cannot be compared. */
  readonly timeStepNs: bigint | null;
  /** The destination keeps the times of symbolic links. */
  readonly linkTimes: boolean;
  readonly posix: readonly ('mode' | 'uid' | 'gid')[];
  /** Both sides are object stores: user metadata counts. */
  readonly user: boolean;
  readonly tags: boolean;
  /** What Windows keeps; each only where both sides do. */
  readonly created: boolean;
  readonly attributes: boolean;
  readonly security: readonly (keyof WindowsSecurity)[];
}

/** In which members two entries differ; empty lists when they do not. */
export interface Differences {
  /** Members that say the content is another: `kind`, `size`, `mtime` of a file, `target`, `device`. */
  readonly content: readonly string[];
  readonly metadata: readonly string[];
}

const SAME: Differences = { content: [], metadata: [] };

export function compareRules(
  source: Capabilities,
  destination: Capabilities,
  preserve: Preserve,
): CompareRules {
  const kept = (member: keyof Metadata) => source.metadata.has(member) && destination.metadata.has(member);
  const posix = (['mode', 'uid', 'gid'] as const).filter((member) => preserve[member] && kept(member));
  return {
    timeStepNs: preserve.mtime ? coarser(source.mtimePrecisionNs, destination.mtimePrecisionNs) : null,
    linkTimes: destination.linkTimes !== 'unsure',
    posix,
    user: kept('user'),
    tags: preserve.tags && kept('tags'),
    created: preserve.mtime && kept('createdNs'),
    attributes: kept('windowsAttributes'),
    security: kept('security') ? PARTS[preserve.security] : [],
  };
}

const PARTS = {
  nothing: [],
  'owner-dacl': ['owner', 'dacl'],
  'owner-dacl-sacl': ['owner', 'dacl', 'sacl'],
} as const satisfies Readonly<Record<Preserve['security'], readonly (keyof WindowsSecurity)[]>>;

function coarser(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return null;
  return a > b ? a : b;
}

/**
 * How `destination` differs from `source`. What the source does not know is not held against the
 * destination; what only the destination does not know is a difference. The time of the last access, content
 * headers and DataSync's own keys in user metadata never make a difference.
 * @source AWS user guide, "How DataSync handles file and object metadata"; for the rule of sizes and times the spec's inference
 */
export function differences(source: Entry, destination: Entry, rules: CompareRules): Differences {
  if (source.kind !== destination.kind) return { content: ['kind'], metadata: [] };
  const content: string[] = [];
  const metadata: string[] = [];
  if (source.kind === 'file' && source.sizeBytes !== destination.sizeBytes) content.push('size');
  if (source.kind === 'symlink' && linkDiffers(source, destination)) content.push('target');
  if (source.kind === 'device' && deviceDiffers(source, destination)) content.push('device');
  const time = timeDiffers(source, destination, rules);
  if (time) (source.kind === 'file' && time === 'other' ? content : metadata).push('mtime');
  compareKept(source, destination, rules, metadata);
  return content.length + metadata.length === 0 ? SAME : { content, metadata };
}

function linkDiffers(source: Entry, destination: Entry): boolean {
  return source.metadata.linkTarget !== destination.metadata.linkTarget;
}

function deviceDiffers(source: Entry, destination: Entry): boolean {
  const a = source.metadata.device;
  const b = destination.metadata.device;
  return a?.type !== b?.type || a?.major !== b?.major || a?.minor !== b?.minor;
}

function timeDiffers(
  source: Entry,
  destination: Entry,
  rules: CompareRules,
): 'other' | 'missing' | undefined {
  const stepNs = rules.timeStepNs;
  if (stepNs === null || (source.kind === 'symlink' && !rules.linkTimes)) return undefined;
  if (source.mtimeNs === null) return rules.user ? uploadDiffers(source, destination) : undefined;
  if (destination.mtimeNs === null) return 'missing';
  if (source.mtimeNs === destination.mtimeNs) return undefined;
  return cut(source.mtimeNs, stepNs) === cut(destination.mtimeNs, stepNs) ? undefined : 'other';
}

const SECOND_NS = 1_000_000_000n;

/**
 * An object that says no time of its own was copied with the time of its upload, where the destination says
 * any: a later upload is another content. Object stores tell that time in whole seconds.
 */
function uploadDiffers(source: Entry, destination: Entry): 'other' | undefined {
  const uploadedNs = source.metadata.lastModifiedNs;
  if (uploadedNs === undefined || destination.mtimeNs === null) return undefined;
  return cut(uploadedNs, SECOND_NS) === cut(destination.mtimeNs, SECOND_NS) ? undefined : 'other';
}

function cut(timeNs: bigint, stepNs: bigint): bigint {
  const over = timeNs % stepNs;
  return over < 0n ? timeNs - over - stepNs : timeNs - over;
}

function compareKept(source: Entry, destination: Entry, rules: CompareRules, found: string[]): void {
  found.push(...rules.posix.filter((member) => posixDiffers(member, source, destination)));
  const { user, tags } = source.metadata;
  if (rules.user && !sameUser(user ?? {}, destination.metadata.user ?? {})) found.push('user');
  if (rules.tags && !sameRecord(tags ?? {}, destination.metadata.tags ?? {})) found.push('tags');
  compareWindows(source.metadata, destination.metadata, rules, found);
}

/**
 * Archive, temporary, sparse, compressed and not indexed: some servers and volumes have them not, or set them by
 * themselves. (MS-FSCC 2.6)
 * @source AWS user guide, "How DataSync handles file and object metadata": best effort, ignored in verification
 */
const BEST_EFFORT = 0x20 | 0x100 | 0x200 | 0x800 | 0x2000;

function compareWindows(source: Metadata, destination: Metadata, rules: CompareRules, found: string[]): void {
  const { createdNs, windowsAttributes, security = {} } = source;
  if (rules.created && createdNs !== undefined && !sameTime(createdNs, destination.createdNs, rules))
    found.push('created');
  if (rules.attributes && windowsAttributes !== undefined) {
    const apart = windowsAttributes ^ (destination.windowsAttributes ?? 0);
    if ((apart & ~BEST_EFFORT) !== 0) found.push('attributes');
  }
  found.push(
    ...rules.security.filter(
      (part) => security[part] !== undefined && security[part] !== destination.security?.[part],
    ),
  );
}

function sameTime(source: bigint, destination: bigint | undefined, { timeStepNs }: CompareRules): boolean {
  const stepNs = timeStepNs ?? 1n;
  return destination !== undefined && cut(source, stepNs) === cut(destination, stepNs);
}

function posixDiffers(member: 'mode' | 'uid' | 'gid', source: Entry, destination: Entry): boolean {
  // The mode of a symbolic link means nothing and cannot be set.
  if (member === 'mode' && source.kind === 'symlink') return false;
  const wanted = source.metadata[member];
  return wanted !== undefined && wanted !== destination.metadata[member];
}

type Texts = Readonly<Record<string, string>>;

/** Keys of DataSync's own on one side only make no difference; times are compared as times, elsewhere. */
function sameUser(source: Texts, destination: Texts): boolean {
  for (const key of new Set([...Object.keys(source), ...Object.keys(destination)])) {
    if (isOwnKey(key) && (isTimeKey(key) || !Object.hasOwn(source, key) || !Object.hasOwn(destination, key)))
      continue;
    if (source[key] !== destination[key]) return false;
  }
  return true;
}

const isTimeKey = (key: string) => key === 'file-mtime' || key === 'file-atime';

function sameRecord(a: Texts, b: Texts): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
