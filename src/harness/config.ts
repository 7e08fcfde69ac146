import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { LogFormat, LogLevel } from '../base/log.ts';
import { maskCredentials } from '../base/mask-credentials.ts';
import { compileBindings } from '../emulator/bindings.ts';
import type { Binding, Pacing, Settings } from '../emulator/settings.ts';
import {
  type Bag,
  type ConfigDocument,
  ConfigError,
  checkDocument,
  memberOf,
  schemaOf,
  setMember,
} from './config-document.ts';
import {
  CONFIG_OPTIONS,
  type ConfigOption,
  flagKeyOf,
  PASSWORD_VARIABLES,
  variableOf,
} from './config-options.ts';
import { fromText } from './config-text.ts';

/** The effective configuration: every default decided, every text parsed. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly region: string;
  readonly account: string;
  readonly bindings: readonly Binding[];
  readonly s3: Settings['s3'];
  readonly dataDir: string | undefined;
  readonly log: { readonly format: LogFormat; readonly level: LogLevel };
  readonly pacing: Pacing;
  readonly seed: number | undefined;
  readonly signatures: { readonly verify: boolean; readonly credentials: readonly Credential[] };
  readonly quotas: { readonly tasks: number; readonly queued: number };
}

export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment. Nothing else reads it. */
export const processEnvironment = (): Environment => process.env;

/** The AWS SDK tells Node 20 users to upgrade with every client; our users did not choose its Node. */
export function silenceSdkWarning(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}

/** Where settings are looked for. */
export interface ConfigSources {
  /** As commander gives them; names that are no setting are left alone. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Environment;
  /** Relative paths of flags and variables begin here. */
  readonly directory?: string;
}

export interface ReadConfig {
  readonly config: Config;
  /** The effective settings in the words of the file. */
  readonly document: ConfigDocument;
  /** What is odd but no reason to stop. */
  readonly warnings: readonly string[];
}

/**
 * Puts the layers together: a flag wins over the environment, the environment over the file, the file over
 * the default. Lists are not added up: the strongest layer that has one gives all of it.
 * @throws ConfigError naming the member and where it was given
 */
export async function readConfig(sources: ConfigSources = {}): Promise<ReadConfig> {
  const { flags = {}, environment = {}, directory = process.cwd() } = sources;
  const file = flags['config'] ?? environment['DATASYNC_LOCAL_CONFIG'];
  const layers = [
    typeof file === 'string' && file !== '' ? await fileLayer(resolve(directory, file)) : {},
    absolute(environmentLayer(environment), directory),
    absolute(flagLayer(flags), directory),
  ];
  const document = merged(layers);
  return { config: configFrom(document), document, warnings: unknownVariables(environment) };
}

/** The effective configuration of a document, such as `startEmulator` is given. @throws ConfigError */
export function configFrom(document: ConfigDocument): Config {
  const checked = checkDocument(document, 'configuration');
  const get = <Value>(member: string) =>
    (memberOf(checked, member) ?? schemaOf(member)?.['default']) as Value;
  const config: Config = {
    port: get('port'),
    host: get('host'),
    region: get('region'),
    account: get('account'),
    bindings: understood(get<readonly string[]>('bindings').map(bindingOf)),
    s3: s3Of(checked.s3),
    dataDir: checked.dataDir === undefined ? undefined : resolve(checked.dataDir),
    log: { format: get('log.format'), level: get('log.level') },
    pacing: pacingOf(get('pacing')),
    seed: checked.seed,
    signatures: {
      verify: get('signatures.verify'),
      credentials: get<readonly string[]>('signatures.credentials').map(credentialOf),
    },
    quotas: { tasks: get('quotas.tasks'), queued: get('quotas.queued') },
  };
  if (config.signatures.verify && config.signatures.credentials.length === 0) {
    throw new ConfigError(
      'signatures.verify (--verify-signatures) is on, but there is no credential to verify with. Give one with --credential ID:SECRET or signatures.credentials.',
    );
  }
  return config;
}

/** The effective settings as a document in the words of the file, secrets masked. */
export function printable(document: ConfigDocument): ConfigDocument {
  const shown: Bag = {};
  for (const option of CONFIG_OPTIONS) {
    const value = memberOf(document, option.member) ?? schemaOf(option.member)?.['default'];
    if (value !== undefined)
      setMember(shown, option.member, option.secret ? masked(value) : withoutCredentials(value));
  }
  return shown;
}

const masked = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((pair) => `${String(pair).split(':')[0]}:***`) : '***';

/** A binding may carry the credentials of its server. */
const withoutCredentials = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((text) => maskCredentials(String(text))) : value;

async function fileLayer(path: string): Promise<ConfigDocument> {
  const { parse } = await import('yaml');
  const document = parsed(path, parse);
  return absolute(checkDocument(document ?? {}, path), dirname(path));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ConfigError(
      `${path}: the configuration file cannot be read (${code}). Give another --config.`,
      {
        cause,
      },
    );
  }
}

/** JSON is YAML. */
function parsed(path: string, parse: (text: string) => unknown): unknown {
  const text = textOf(path);
  try {
    return parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new ConfigError(`${path}: the configuration file is broken: ${reason}`, { cause });
  }
}

function environmentLayer(environment: Environment): ConfigDocument {
  const layer: Bag = {};
  for (const option of CONFIG_OPTIONS) {
    const text = environment[variableOf(option)];
    if (text !== undefined && text !== '') setMember(layer, option.member, fromText(option, text));
  }
  return checkDocument(layer, 'environment', named(variableOf));
}

function flagLayer(flags: Readonly<Record<string, unknown>>): ConfigDocument {
  const layer: Bag = {};
  for (const option of CONFIG_OPTIONS) {
    const value = flags[flagKeyOf(option)];
    if (value === undefined) continue;
    setMember(layer, option.member, typeof value === 'string' ? fromText(option, value) : value);
  }
  return checkDocument(
    layer,
    'command line',
    named((option) => `--${option.flag}`),
  );
}

const named = (name: (option: ConfigOption) => string) => (member: string) => {
  const option = CONFIG_OPTIONS.find((candidate) => candidate.member === member);
  return option ? name(option) : member;
};

function merged(layers: readonly ConfigDocument[]): ConfigDocument {
  const whole: Bag = {};
  for (const layer of layers) {
    for (const option of CONFIG_OPTIONS) {
      const value = memberOf(layer, option.member);
      if (value !== undefined) setMember(whole, option.member, value);
    }
  }
  return whole;
}

/** Relative paths mean the folder of the file, or the working directory for flags and variables. */
function absolute(layer: ConfigDocument, directory: string): ConfigDocument {
  return {
    ...layer,
    ...(layer.dataDir === undefined ? {} : { dataDir: resolve(directory, layer.dataDir) }),
    ...(layer.bindings === undefined
      ? {}
      : {
          bindings: layer.bindings.map((text) =>
            text.replace(
              /=directory:(.*)$/,
              (_all, path: string) => `=directory:${resolve(directory, path)}`,
            ),
          ),
        }),
  };
}

function bindingOf(text: string): Binding {
  const equals = text.indexOf('=');
  return { prefix: text.slice(0, equals), target: text.slice(equals + 1) };
}

/** @throws ConfigError for a binding that the control plane could not use */
function understood(bindings: readonly Binding[]): readonly Binding[] {
  try {
    compileBindings(bindings);
    return bindings;
  } catch (cause) {
    throw new ConfigError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function credentialOf(text: string): Credential {
  const colon = text.indexOf(':');
  return { accessKeyId: text.slice(0, colon), secretAccessKey: text.slice(colon + 1) };
}

function pacingOf(text: string): Pacing {
  if (text === 'manual' || text === 'immediate') return { kind: text };
  return { kind: 'scaled', stateMs: Number(text.slice('scaled:'.length)) };
}

function s3Of(s3: ConfigDocument['s3']): Settings['s3'] {
  if (!s3 || Object.keys(s3).length === 0) return undefined;
  const { endpoint, accessKeyId, secretAccessKey, region } = s3;
  if (endpoint === undefined) {
    throw new ConfigError(
      's3 has members, but not s3.endpoint (--s3-endpoint). Give the URL of the S3 server.',
    );
  }
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const missing = accessKeyId === undefined ? 's3.accessKeyId' : 's3.secretAccessKey';
    throw new ConfigError(
      `s3.endpoint is given, but not ${missing}. Give --s3-access-key-id and --s3-secret-access-key, or set DATASYNC_LOCAL_S3_ACCESS_KEY_ID and DATASYNC_LOCAL_S3_SECRET_ACCESS_KEY.`,
    );
  }
  const withoutSlash = endpoint.replace(/\/$/, '');
  return {
    endpoint: withoutSlash,
    accessKeyId,
    secretAccessKey,
    ...(region === undefined ? {} : { region }),
  };
}

function unknownVariables(environment: Environment): string[] {
  const others = ['DATASYNC_LOCAL_CONFIG', ...Object.values(PASSWORD_VARIABLES)];
  const known = new Set([...others, ...CONFIG_OPTIONS.map(variableOf)]);
  return Object.keys(environment)
    .filter((name) => name.startsWith('DATASYNC_LOCAL_') && !known.has(name))
    .map((name) => `${name} is set in the environment, but there is no such setting.`);
}
