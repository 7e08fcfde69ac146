// Options of tasks and executions: which values they have when nothing is said, and which go together.

import { familyOf, isPosixPair, isWindowsPair, type LocationPair } from './location-family.ts';
import type { TaskRecord, WireOptions } from './records.ts';

/** What decides over the options of a task besides the options themselves. */
export interface OptionsContext {
  readonly mode: TaskRecord['mode'];
  readonly pair: LocationPair;
  readonly hasManifest: boolean;
}

/** Every option has its value. */
export type CompleteOptions = { readonly [Name in keyof WireOptions]-?: NonNullable<WireOptions[Name]> };

/**
 * `given` with every member that was left out decided.
 * @source AWS API Reference, Options; by location pair: terraform-provider-aws acceptance tests (NFS to
 *   S3) and a summary report of AWS (S3 to S3, Enhanced); guess for SMB with other families
 */
export function completeOptions(
  given: WireOptions | undefined,
  context: Omit<OptionsContext, 'hasManifest'>,
): CompleteOptions {
  const posix = isPosixPair(context.pair);
  const owner = posix ? 'INT_VALUE' : 'NONE';
  return overlay(
    {
      VerifyMode: defaultVerifyMode(context),
      OverwriteMode: 'ALWAYS',
      Atime: 'BEST_EFFORT',
      Mtime: 'PRESERVE',
      Uid: owner,
      Gid: owner,
      PreserveDeletedFiles: 'PRESERVE',
      PreserveDevices: 'NONE',
      PosixPermissions: posix ? 'PRESERVE' : 'NONE',
      BytesPerSecond: -1,
      TaskQueueing: 'ENABLED',
      LogLevel: 'OFF',
      TransferMode: 'CHANGED',
      SecurityDescriptorCopyFlags: isWindowsPair(context.pair) ? 'OWNER_DACL' : 'NONE',
      ObjectTags: 'PRESERVE',
    },
    given,
  );
}

/** `base` with the members of `over` in the place of its own; what `over` leaves out stays. */
export function overlay(base: CompleteOptions, over: WireOptions | undefined): CompleteOptions {
  const said = Object.entries(over ?? {}).filter(
    ([name, value]) => Object.hasOwn(base, name) && value !== undefined && value !== null,
  );
  return { ...base, ...(Object.fromEntries(said) as Partial<CompleteOptions>) };
}

/**
 * The option's own default, but never one that the destination refuses.
 * @source AWS API Reference, Options, VerifyMode; guess for archive classes, where AWS does not say
 */
function defaultVerifyMode(context: Omit<OptionsContext, 'hasManifest'>): CompleteOptions['VerifyMode'] {
  if (context.mode === 'ENHANCED' || isArchive(context.pair)) return 'ONLY_FILES_TRANSFERRED';
  return 'POINT_IN_TIME_CONSISTENT';
}

function isArchive(pair: LocationPair): boolean {
  const storageClass = pair.destination.settings['S3StorageClass'];
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}

type OptionName = keyof CompleteOptions;

/** Values that do not go together, or not here. */
interface OptionRule {
  /** All of these values at once are refused. */
  readonly when: { readonly [Name in OptionName]?: readonly CompleteOptions[Name][] };
  /** undefined: always. */
  readonly if?: (context: OptionsContext) => boolean;
  /** What follows the values in the message. */
  readonly because?: string;
}

const basic = ({ mode }: OptionsContext) => mode === 'BASIC';
const enhanced = ({ mode }: OptionsContext) => mode === 'ENHANCED';
const nonPosix = ({ pair }: OptionsContext) => !isPosixPair(pair);
const withEfs = ({ pair }: OptionsContext) => pair.source.type === 'Efs' || pair.destination.type === 'Efs';

/** @source observed on AWS: "Value: PRESERVE invalid for non-POSIX transfer. please use NONE." */
const NON_POSIX = ' invalid for non-POSIX transfer. please use NONE';

/**
 * The rules, in the order in which they are told.
 * @source AWS API Reference, Options; AWS user guide, "Troubleshooting tasks"; the reasons of ENHANCED,
 *   EFS, archive classes and manifests are worded here: AWS documents the rule, not its text
 */
const RULES: readonly OptionRule[] = [
  { when: { TransferMode: ['ALL'], PreserveDeletedFiles: ['REMOVE'] } },
  { when: { PosixPermissions: ['PRESERVE'] }, if: nonPosix, because: NON_POSIX },
  { when: { Uid: ['INT_VALUE', 'NAME', 'BOTH'] }, if: nonPosix, because: NON_POSIX },
  { when: { Gid: ['INT_VALUE', 'NAME', 'BOTH'] }, if: nonPosix, because: NON_POSIX },
  { when: { PreserveDevices: ['PRESERVE'] }, if: nonPosix, because: NON_POSIX },
  {
    when: { PreserveDevices: ['PRESERVE'] },
    if: withEfs,
    because: ' invalid for Amazon EFS. please use NONE',
  },
  { when: { Uid: ['NAME', 'BOTH'] }, because: ' not supported. please use INT_VALUE or NONE' },
  { when: { Gid: ['NAME', 'BOTH'] }, because: ' not supported. please use INT_VALUE or NONE' },
  {
    when: { VerifyMode: ['POINT_IN_TIME_CONSISTENT'] },
    if: enhanced,
    because: ' invalid for Enhanced mode. please use ONLY_FILES_TRANSFERRED or NONE',
  },
  { when: { Mtime: ['NONE'] }, if: enhanced, because: ' invalid for Enhanced mode. please use PRESERVE' },
  { when: { Atime: ['BEST_EFFORT'], Mtime: ['NONE'] }, if: basic },
  { when: { Atime: ['NONE'], Mtime: ['PRESERVE'] }, if: basic },
  {
    when: { VerifyMode: ['POINT_IN_TIME_CONSISTENT'] },
    if: ({ pair }) => isArchive(pair),
    because:
      ' invalid for destination storage class GLACIER or DEEP_ARCHIVE. please use ONLY_FILES_TRANSFERRED or NONE',
  },
  {
    when: { PreserveDeletedFiles: ['REMOVE'] },
    if: ({ hasManifest }) => hasManifest,
    because: ' invalid for a task with a manifest. please use PRESERVE',
  },
  { when: { BytesPerSecond: [0] }, because: ' invalid. please use -1 for no limit, or 1 and more' },
];

/** Which values are refused, in the words of the service; undefined when all are well. */
export function optionsProblem(options: CompleteOptions, context: OptionsContext): string | undefined {
  const broken = RULES.find((rule) => isBroken(rule, options, context));
  if (!broken) return undefined;
  const names = namesOf(broken);
  const values = names.map((name) => options[name]).join(',');
  return `Invalid SyncOption value. Option: ${names.join(',')}, Value: ${values}${broken.because ?? ''}.`;
}

function isBroken(rule: OptionRule, options: CompleteOptions, context: OptionsContext): boolean {
  if (rule.if && !rule.if(context)) return false;
  return namesOf(rule).every((name) => {
    const refused: readonly unknown[] = rule.when[name] ?? [];
    return refused.includes(options[name]);
  });
}

const namesOf = (rule: OptionRule) => Object.keys(rule.when) as OptionName[];

/** What a file, a folder and their owner are when the source says nothing of them, or nothing that means something there. */
interface PosixDefaults {
  readonly always: boolean;
  readonly fileMode: number;
  readonly directoryMode: number;
  readonly uid: number;
  readonly gid: number;
}

/** @source AWS user guide, "Default POSIX metadata": objects 0755, what comes from SMB or HDFS 0644 */
export function posixDefaults(pair: LocationPair): PosixDefaults {
  const from = familyOf(pair.source);
  const fileMode = from === 'object' ? 0o755 : 0o644;
  const always = from === 'windows' && familyOf(pair.destination) !== 'windows';
  return { always, fileMode, directoryMode: 0o755, uid: 65_534, gid: 65_534 };
}
