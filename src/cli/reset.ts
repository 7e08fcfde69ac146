import { Command } from 'commander';
import { askEmulator, type RemoteFlags, withRemoteFlags } from './remote.ts';

interface ResetFlags extends RemoteFlags {
  readonly account?: string;
  readonly region?: string;
}

/** `datasync-local reset`: a clean start for a running emulator. */
export function resetCommand(): Command {
  const command = new Command('reset')
    .description('end what runs in a running emulator and remove all it has')
    .option('--account <id>', 'only the agents, locations, tasks and executions of this account')
    .option('--region <name>', 'only those of this Region');
  return withRemoteFlags(command).action(async (flags: ResetFlags) => {
    const { account, region, json } = flags;
    const whose = { ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
    const answer = (await askEmulator(flags, 'POST', 'reset', whose)) as { removed: Record<string, number> };
    const counts = Object.entries(answer.removed).map(([kind, count]) => `${count} ${kind}`);
    process.stdout.write(json ? `${JSON.stringify(answer)}\n` : `Removed: ${counts.join(', ')}.\n`);
  });
}
