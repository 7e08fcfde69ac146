import { type Command, Option } from 'commander';
import type { ConfigOption } from '../harness/config-options.ts';
import { CONFIG_OPTIONS, variableOf } from '../harness/config-options.ts';

const together = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

function flagOf(option: ConfigOption): Option {
  const flags = option.value === undefined ? `--${option.flag}` : `--${option.flag} ${option.value}`;
  const flag = new Option(flags, `${option.help} (env: ${variableOf(option)})`);
  return option.kind === 'list' ? flag.argParser(together) : flag;
}

/** Gives `command` a flag for each of the settings that `wanted` picks, and `--config`. */
export function withConfigFlags(
  command: Command,
  wanted: (option: ConfigOption) => boolean = () => true,
): Command {
  for (const option of CONFIG_OPTIONS.filter(wanted)) command.addOption(flagOf(option));
  return command.option(
    '--config <FILE>',
    'read settings from a YAML or JSON file (env: DATASYNC_LOCAL_CONFIG)',
  );
}
