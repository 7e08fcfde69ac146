import { Command } from 'commander';
import { clockCommand } from './clock.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { faultsCommand } from './faults.ts';
import { resetCommand } from './reset.ts';
import { runCommand } from './run.ts';
import { startCommand } from './start.ts';
import { version } from './version.ts';

const EXAMPLES = `
Examples:
  datasync-local start                          listen on http://127.0.0.1:4567
  datasync-local start --port 0 --bind 'nfs://nas.example/export=directory:./tree'
  datasync-local demo                           see a whole story in some seconds
  datasync-local run ./tree s3://bucket/prefix --s3-endpoint http://127.0.0.1:9000
  datasync-local doctor                         which endpoint your SDK would use, and what is reachable

Then point an AWS SDK or the AWS CLI at it:
  export AWS_ENDPOINT_URL_DATASYNC=http://127.0.0.1:4567 AWS_ENDPOINT_URL_S3=http://127.0.0.1:4567
  aws datasync list-tasks`;

/** The whole command line. */
export function program(): Command {
  const root = new Command('datasync-local')
    .description('A local emulator of AWS DataSync in which real bytes move.')
    .version(version())
    .showHelpAfterError('(--help shows how)')
    .addHelpText('after', EXAMPLES);
  const commands = [
    startCommand(),
    demoCommand(),
    runCommand(),
    doctorCommand(),
    clockCommand(),
    faultsCommand(),
    resetCommand(),
  ];
  for (const command of commands) root.addCommand(command.copyInheritedSettings(root).exitOverride());
  return root.exitOverride();
}
