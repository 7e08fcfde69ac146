import { Command } from 'commander';
import { processEnvironment, readConfig } from '../harness/config.ts';
import { withConfigFlags } from './config-flags.ts';
import type { Finding } from './doctor/finding.ts';

const EXAMPLES = `
Examples:
  datasync-local doctor
  datasync-local doctor --config datasync-local.yaml       also tries the bindings that the file has
  AWS_PROFILE=local datasync-local doctor                  what that profile would talk to`;

/** `datasync-local doctor`: looks at everything that tends to be wrong. Ends with 1 when something is. */
export function doctorCommand(): Command {
  return withConfigFlags(new Command('doctor'))
    .description('say which endpoint your SDK would use, which bindings are reachable, and what is missing')
    .option('--json', 'print one JSON object for each thing that was looked at')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Record<string, unknown>) => {
      const findings = await examine(flags);
      const { findingText } = await import('./doctor/finding.ts');
      const lines = findings.map(flags['json'] === true ? (finding) => JSON.stringify(finding) : findingText);
      process.stdout.write(`${lines.join('\n')}\n`);
      if (findings.some(({ is }) => is === 'bad')) process.exitCode = 1;
    });
}

async function examine(flags: Record<string, unknown>): Promise<Finding[]> {
  const environment = processEnvironment();
  const { config, warnings } = await readConfig({ flags, environment });
  const [{ checkRuntime, checkDataDir, checkPort }, { checkEndpoints }, { checkBindings }] =
    await Promise.all([
      import('./doctor/runtime.ts'),
      import('./doctor/endpoints.ts'),
      import('./doctor/bindings.ts'),
    ]);
  const suggested = `http://127.0.0.1:${config.port || 4567}`;
  return [
    ...warnings.map((says): Finding => ({ is: 'note', about: 'settings', says })),
    ...(await checkRuntime()),
    await checkPort(config.host, config.port),
    ...checkDataDir(config.dataDir),
    ...(await checkEndpoints(environment, suggested)),
    ...(await checkBindings(config)),
  ];
}
