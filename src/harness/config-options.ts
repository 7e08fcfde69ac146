/** One setting as people give it: a flag, an environment variable made from it, or a member of the file. */
export interface ConfigOption {
  /** Where it is in the file, such as `log.format`. */
  readonly member: string;
  /** Without the dashes, such as `log-format`. */
  readonly flag: string;
  /** What stands for the value in the help; undefined for a switch. */
  readonly value?: string;
  readonly kind: 'text' | 'number' | 'switch' | 'list';
  /** Shown as `***` in whatever is printed. */
  readonly secret?: boolean;
  readonly help: string;
}

/** The table of settings: a new one is a line here, its member in config-schema.json and its use in config.ts. */
export const CONFIG_OPTIONS: readonly ConfigOption[] = [
  { member: 'port', flag: 'port', value: '<PORT>', kind: 'number', help: 'port to listen on; 0 for any' },
  { member: 'host', flag: 'host', value: '<ADDRESS>', kind: 'text', help: 'address to listen on' },
  {
    member: 'region',
    flag: 'region',
    value: '<REGION>',
    kind: 'text',
    help: 'Region of requests that name none',
  },
  {
    member: 'account',
    flag: 'account',
    value: '<ID>',
    kind: 'text',
    help: 'account id of requests whose access key is none',
  },
  {
    member: 'bindings',
    flag: 'bind',
    value: '<PREFIX=TARGET>',
    kind: 'list',
    help: "where a location's bytes are, such as nfs://nas.example/export=directory:/srv/tree; any number of times",
  },
  {
    member: 's3.endpoint',
    flag: 's3-endpoint',
    value: '<URL>',
    kind: 'text',
    help: 'S3 endpoint that holds the buckets, instead of the embedded one',
  },
  {
    member: 's3.accessKeyId',
    flag: 's3-access-key-id',
    value: '<ID>',
    kind: 'text',
    help: 'access key id for it',
  },
  {
    member: 's3.secretAccessKey',
    flag: 's3-secret-access-key',
    value: '<SECRET>',
    kind: 'text',
    secret: true,
    help: 'secret access key for it (better given in the environment)',
  },
  { member: 's3.region', flag: 's3-region', value: '<REGION>', kind: 'text', help: 'Region to sign for' },
  {
    member: 'dataDir',
    flag: 'data-dir',
    value: '<DIR>',
    kind: 'text',
    help: 'keep agents, locations, tasks and executions here',
  },
  { member: 'log.format', flag: 'log-format', value: '<FORMAT>', kind: 'text', help: 'json or text' },
  {
    member: 'log.level',
    flag: 'log-level',
    value: '<LEVEL>',
    kind: 'text',
    help: 'error, warn, info or debug',
  },
  {
    member: 'pacing',
    flag: 'pacing',
    value: '<HOW>',
    kind: 'text',
    help: 'how long phases last: immediate, scaled:MS or manual',
  },
  { member: 'seed', flag: 'seed', value: '<NUMBER>', kind: 'number', help: 'same seed, same ids' },
  {
    member: 'signatures.verify',
    flag: 'verify-signatures',
    kind: 'switch',
    help: 'refuse requests that are not signed with a known credential',
  },
  {
    member: 'signatures.credentials',
    flag: 'credential',
    value: '<ID:SECRET>',
    kind: 'list',
    secret: true,
    help: 'a credential to verify signatures with; any number of times',
  },
  {
    member: 'quotas.tasks',
    flag: 'max-tasks',
    value: '<N>',
    kind: 'number',
    help: 'tasks per account and Region',
  },
  {
    member: 'quotas.queued',
    flag: 'max-queued',
    value: '<N>',
    kind: 'number',
    help: 'queued executions per task',
  },
];

/** Variables of `run` alone: the passwords of SMB users, which need not stand on the command line. */
export const PASSWORD_VARIABLES = {
  source: 'DATASYNC_LOCAL_SOURCE_PASSWORD',
  destination: 'DATASYNC_LOCAL_DESTINATION_PASSWORD',
} as const;

/** The environment variable of an option: `--log-format` is `DATASYNC_LOCAL_LOG_FORMAT`. */
export function variableOf(option: ConfigOption): string {
  return `DATASYNC_LOCAL_${option.flag.toUpperCase().replaceAll('-', '_')}`;
}

/** The name commander gives to a flag's value: `--log-format` is `logFormat`. */
export function flagKeyOf(option: ConfigOption): string {
  return option.flag.replaceAll(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
}
