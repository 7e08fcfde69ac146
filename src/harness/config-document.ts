import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import type { LogFormat, LogLevel } from '../base/log.ts';
import { maskCredentials } from '../base/mask-credentials.ts';

/** The configuration as it is written in a file, and as `startEmulator` takes it. Checked by config-schema.json. */
export interface ConfigDocument {
  readonly $schema?: string;
  /** 0 takes any free port. Default 4567. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Of requests that name none. Default us-east-1. */
  readonly region?: string;
  /** Twelve digits, for requests whose access key is no account id. Default 000000000000. */
  readonly account?: string;
  /** `PREFIX=TARGET`, first match wins; such as `nfs://nas.example/export=directory:/srv/tree`. */
  readonly bindings?: readonly string[];
  /** An S3 endpoint that holds the buckets instead of the embedded one. */
  readonly s3?: {
    readonly endpoint?: string;
    readonly accessKeyId?: string;
    readonly secretAccessKey?: string;
    readonly region?: string;
  };
  /** What must outlast the process is kept here. Default: nothing outlasts it. */
  readonly dataDir?: string;
  readonly log?: { readonly format?: LogFormat; readonly level?: LogLevel };
  /** `immediate` (default), `scaled:MS` or `manual`. */
  readonly pacing?: string;
  /** The same seed gives the same ids. Default: other ids each time. */
  readonly seed?: number;
  readonly signatures?: {
    readonly verify?: boolean;
    /** `ACCESS_KEY_ID:SECRET_ACCESS_KEY`. */
    readonly credentials?: readonly string[];
  };
  readonly quotas?: { readonly tasks?: number; readonly queued?: number };
}

/** A configuration that cannot be used. Its message is for people: what is wrong, where it was given, what to give. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Anything between braces. */
export type Bag = Record<string, unknown>;

export const isBag = (value: unknown): value is Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const schemaText = readFileSync(new URL('./config-schema.json', import.meta.url), 'utf8');
const schema = JSON.parse(schemaText) as Bag;
// The schema itself is checked by a test: doing that at each start would take longer than all else here.
const ajv = new Ajv({ allErrors: true, verbose: true, meta: false, validateSchema: false });
const validate = ajv.compile<ConfigDocument>(schema);

/**
 * Checks one layer of configuration.
 * @param source where it was given, such as a file's name; begins each line of the message
 * @param nameOf how people wrote a member there, such as `--log-format` for `log.format`
 * @throws ConfigError with one line for each mistake
 */
export function checkDocument(
  document: unknown,
  source: string,
  nameOf: (member: string) => string = (member) => member,
): ConfigDocument {
  if (validate(document)) return document;
  const lines = (validate.errors ?? []).map((error) => `${source}: ${mistake(error, nameOf)}`);
  throw new ConfigError([...new Set(lines)].join('\n'));
}

function mistake(error: ErrorObject, nameOf: (member: string) => string): string {
  const path = error.instancePath.slice(1).split('/');
  const member = path.filter((name) => !/^\d+$/.test(name)).join('.');
  if (error.keyword === 'additionalProperties') {
    const unknown = [member, (error.params as Bag)['additionalProperty']].filter(Boolean).join('.');
    const known = Object.keys(error.parentSchema?.['properties'] as Bag).filter((name) => name !== '$schema');
    return `there is no setting ${JSON.stringify(unknown)}${member ? ` in ${member}` : ''}. There are: ${known.join(', ')}.`;
  }
  if (member === '') return 'it must hold settings by name, such as "port: 4567".';
  const expected = (schemaOf(member)?.['description'] as string | undefined) ?? error.message;
  return `${nameOf(member)} cannot be ${shown(member, error.data)}. Give ${expected}.`;
}

function shown(member: string, value: unknown): string {
  if (isSecret(member)) return '(a value not shown, as it may be secret)';
  return maskCredentials(JSON.stringify(value));
}

const isSecret = (member: string) =>
  ['s3.secretAccessKey', 'signatures.credentials', 's3', 'signatures'].includes(member);

/** What the published schema says of a member such as `log.format`. */
export function schemaOf(member: string): Bag | undefined {
  let here: unknown = schema;
  for (const name of member.split('.')) {
    const properties = isBag(here) ? here['properties'] : undefined;
    here = isBag(properties) ? properties[name] : undefined;
  }
  return isBag(here) ? here : undefined;
}

/** The member's value, or undefined. */
export function memberOf(document: unknown, member: string): unknown {
  let here = document;
  for (const name of member.split('.'))
    here = isBag(here) && Object.hasOwn(here, name) ? here[name] : undefined;
  return here;
}

/** Sets `log.format` and the like in `bag`, making what is missing on the way. */
export function setMember(bag: Bag, member: string, value: unknown): void {
  const names = member.split('.');
  const last = names.pop() ?? member;
  let here = bag;
  for (const name of names) {
    const next = here[name];
    const inner: Bag = isBag(next) ? next : {};
    here[name] = inner;
    here = inner;
  }
  here[last] = value;
}
