import { Command } from 'commander';
import { Failure } from './failure.ts';
import { askEmulator, type RemoteFlags, withRemoteFlags } from './remote.ts';

interface ClockFlags extends RemoteFlags {
  readonly hold?: true;
  readonly real?: true;
  readonly scale?: string;
  readonly set?: string;
  readonly advance?: string;
}

interface Answer {
  readonly mode: string;
  readonly scale?: number;
  readonly now: string;
  readonly caused?: readonly { readonly at: string; readonly arn: string; readonly state: string }[];
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

const EXAMPLES = `
Examples:
  datasync-local clock                                    what time the emulator has
  datasync-local clock --hold --set 2026-01-01T00:00:00Z  let it stand still at New Year
  datasync-local clock --advance 3d                       let three days pass, and all that is due in them happen
  datasync-local clock --real                             let it go again`;

/** `datasync-local clock`: looks at the clock of a running emulator, holds it, moves it. */
export function clockCommand(): Command {
  const command = new Command('clock')
    .description('look at the clock of a running emulator, hold it, set it, let time pass')
    .option('--hold', 'let it stand still until it is moved')
    .option('--real', 'let it go')
    .option('--scale <n>', 'let n of its seconds pass in a real one')
    .option('--set <instant>', 'set it, such as 2026-01-01T00:00:00Z')
    .option('--advance <time>', 'let so much time pass, such as 90s, 15m, 2h, 3d');
  return withRemoteFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ClockFlags) => {
      const wish = wishOf(flags);
      const looks = Object.keys(wish).length === 0;
      const answer = (await (looks
        ? askEmulator(flags, 'GET', 'clock')
        : askEmulator(flags, 'POST', 'clock', wish))) as Answer;
      process.stdout.write(flags.json ? `${JSON.stringify(answer)}\n` : readable(answer));
    });
}

function wishOf({ hold, real, scale, set, advance }: ClockFlags): Record<string, unknown> {
  if (hold && real) throw new Failure('--hold and --real do not go together.', 2);
  return {
    ...(hold && { mode: 'held' }),
    ...(real && { mode: 'real' }),
    ...(scale !== undefined && { scale: Number(scale) }),
    ...(set !== undefined && { setTo: set }),
    ...(advance !== undefined && { advanceSeconds: secondsOf(advance) }),
  };
}

function secondsOf(text: string): number {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(text) ?? [];
  if (count === undefined)
    throw new Failure(`--advance ${text}: write it as a number and s, m, h or d, such as 15m.`, 2);
  return Number(count) * (UNITS[unit] ?? 1);
}

function readable({ mode, scale = 1, now, caused = [] }: Answer): string {
  const pace = mode === 'held' ? ', held' : scale === 1 ? '' : `, ${scale} times as fast`;
  const lines = caused.map(({ at, arn, state }) => `${at}  ${state.padEnd(12)} ${arn}`);
  return `${[...lines, `${now}${pace}`].join('\n')}\n`;
}
