import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Environment } from '../harness/config.ts';
import { PASSWORD_VARIABLES } from '../harness/config-options.ts';
import type { StorageTarget } from '../storage/index.ts';
import type { Preserve, Selection, Side, TransferOptions } from '../transfer/job.ts';
import { includeProblem } from '../transfer/select.ts';
import { Failure } from './failure.ts';
import type { GivenPassword } from './run-location.ts';

/** The flags of `run`, as commander gives them. */
export interface RunFlags {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly delete?: boolean;
  readonly overwrite: boolean;
  readonly all?: boolean;
  readonly verify: TransferOptions['verify'];
  readonly mode: 'basic' | 'enhanced';
  readonly security: Preserve['security'];
  readonly bytesPerSecond?: number;
  readonly sourcePasswordFile?: string;
  readonly destinationPasswordFile?: string;
  readonly json?: boolean;
}

const together = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

function atLeastOne(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError('Give a whole number of bytes, 1 or more.');
  }
  return number;
}

/** Gives `command` the flags that decide over a transfer. */
export function withRunFlags(command: Command): Command {
  return command
    .option('--include <PATTERN>', 'only what matches, such as /photos; any number of times', together)
    .option('--exclude <PATTERN>', 'not what matches, such as *.tmp; any number of times', together)
    .option('--delete', 'remove from the destination what the source does not have')
    .option('--no-overwrite', 'leave alone what exists at the destination')
    .addOption(
      new Option('--all', 'copy everything without comparing first; not with --delete').conflicts('delete'),
    )
    .addOption(
      new Option('--verify <WHAT>', 'what is compared afterwards')
        .choices(['transferred', 'everything', 'nothing'])
        .default('transferred'),
    )
    .addOption(
      new Option('--mode <MODE>', 'phase by phase, or each item as it is found')
        .choices(['basic', 'enhanced'])
        .default('basic'),
    )
    .addOption(
      new Option('--security <WHAT>', 'which owners and rights of Windows go along from SMB to SMB')
        .choices(['owner-dacl', 'owner-dacl-sacl', 'nothing'])
        .default('owner-dacl'),
    )
    .option('--source-password-file <FILE>', 'its first line is the password of the source, an SMB share')
    .option('--destination-password-file <FILE>', 'the same for the destination')
    .option('--bytes-per-second <N>', 'no faster than this', atLeastOne)
    .option('--json', 'print one JSON object a line: each failed item, then the end');
}

/** The password of one side as it is given outside of its location: the file wins. @throws Failure for a file that cannot be read */
export function givenPassword(
  side: Side,
  flags: Pick<RunFlags, 'sourcePasswordFile' | 'destinationPasswordFile'>,
  environment: Environment,
): GivenPassword {
  const file = side === 'source' ? flags.sourcePasswordFile : flags.destinationPasswordFile;
  const variable = PASSWORD_VARIABLES[side];
  return {
    value: file === undefined ? environment[variable] : firstLine(file),
    howToGive: `Set ${variable}, give --${side}-password-file FILE, or write user:password@host.`,
  };
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Failure(`The password file ${file} cannot be read (${code}).`, 2, { cause });
  }
}

/** What the engine is asked for. Owners are kept where this user may give files away. */
export function transferOptions(
  flags: RunFlags,
  source: StorageTarget,
  destination: StorageTarget,
): TransferOptions {
  return {
    order: flags.mode === 'enhanced' ? 'pipelined' : 'phased',
    compare: flags.all ? 'all' : 'changed',
    overwrite: flags.overwrite,
    removeExtra: flags.delete ?? false,
    verify: flags.verify,
    preserve: { ...preserved(source, destination), security: flags.security },
    bytesPerSecond: flags.bytesPerSecond ?? null,
    defaults: {
      always: false,
      fileMode: 0o644,
      directoryMode: 0o755,
      uid: ownId('uid'),
      gid: ownId('gid'),
    },
  };
}

function preserved(source: StorageTarget, destination: StorageTarget): Omit<Preserve, 'security'> {
  const mayGiveAway = isServedToRoot(destination);
  const tags = source.driver === 's3' && destination.driver === 's3';
  return { mtime: true, atime: true, mode: true, uid: mayGiveAway, gid: mayGiveAway, devices: false, tags };
}

/** Only root may give files away: here, or on an NFS server as whom it is asked. */
function isServedToRoot(target: StorageTarget): boolean {
  switch (target.driver) {
    case 'directory':
      return ownId('uid') === 0;
    case 'nfs':
      return (target.uid ?? 0) === 0;
    default:
      return true;
  }
}

/** Systems without such ids (Windows) have 0. */
const ownId = (which: 'uid' | 'gid') => (which === 'uid' ? process.getuid?.() : process.getgid?.()) ?? 0;

export function selectionOf(flags: RunFlags): Selection {
  for (const pattern of flags.include ?? []) {
    const problem = includeProblem(pattern);
    if (problem !== undefined) throw new Failure(`--include: ${problem}`, 2);
  }
  const filter = (patterns: readonly string[] | undefined) => patterns?.join('|') ?? null;
  return { include: filter(flags.include), exclude: filter(flags.exclude), manifest: null };
}
