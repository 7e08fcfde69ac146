import { invalidParameter } from '../errors.ts';
import type { About } from './location-kind.ts';

/** Where the credential of a location is kept, as Describe answers it; one of the three at most. */
export interface SecretConfigs {
  readonly ManagedSecretConfig?: { SecretArn: string };
  readonly CmkSecretConfig?: { SecretArn: string; KmsKeyArn: string };
  readonly CustomSecretConfig?: { SecretArn: string; SecretAccessRoleArn: string };
}

/** What a create or an update says of it. Empty strings take something away. */
export interface AskedSecret {
  /** The member that carries the credential, for messages. */
  readonly member: string;
  readonly credential: string | undefined;
  readonly CmkSecretConfig?: { readonly SecretArn?: string; readonly KmsKeyArn?: string };
  readonly CustomSecretConfig?: { readonly SecretArn?: string; readonly SecretAccessRoleArn?: string };
}

export interface SettledSecret {
  readonly configs: SecretConfigs;
  /** Undefined: there is none, or it is in the user's own secret. */
  readonly credential: string | undefined;
}

/** There is none. */
export const NO_SECRET: SettledSecret = { configs: {}, credential: undefined };

/**
 * A credential that is given is kept in a secret that DataSync manages, with the user's key if one is named;
 * or the user names a secret of their own and gives none.
 * @throws ServiceError for both configs, a config without what it needs, or a credential beside a custom secret
 * @source AWS user guide, "Providing credentials for storage locations"
 */
export function settleSecret(
  asked: AskedSecret,
  about: About,
  was: SettledSecret = NO_SECRET,
): SettledSecret {
  const key = asked.CmkSecretConfig?.KmsKeyArn;
  const custom = asked.CustomSecretConfig;
  const ownSecret = custom?.SecretArn || custom?.SecretAccessRoleArn ? custom : undefined;
  if (key && ownSecret) {
    throw invalidParameter(
      'CmkSecretConfig and CustomSecretConfig cannot be used together. Send one of them.',
    );
  }
  if (ownSecret) return customSecret(asked, ownSecret);
  const keepsCustom = was.configs.CustomSecretConfig && !custom && !asked.credential && !key;
  if (keepsCustom) return was;
  const credential = asked.credential ?? was.credential;
  if (!credential && key) {
    throw invalidParameter(
      `CmkSecretConfig needs ${asked.member}: the key encrypts the secret that holds it.`,
    );
  }
  if (!credential) return NO_SECRET;
  return { configs: ownedConfigs(key ?? was.configs.CmkSecretConfig?.KmsKeyArn, about, was), credential };
}

function customSecret(
  { member, credential }: AskedSecret,
  { SecretArn, SecretAccessRoleArn }: NonNullable<AskedSecret['CustomSecretConfig']>,
): SettledSecret {
  if (credential) {
    throw invalidParameter(
      `${member} cannot be given with CustomSecretConfig: the secret holds it. Send one of them.`,
    );
  }
  if (!SecretArn || !SecretAccessRoleArn) {
    throw invalidParameter('CustomSecretConfig needs both SecretArn and SecretAccessRoleArn.');
  }
  return { configs: { CustomSecretConfig: { SecretArn, SecretAccessRoleArn } }, credential: undefined };
}

/** In a secret that DataSync makes: with the user's key, or with AWS's when `key` is empty. */
function ownedConfigs(key: string | undefined, about: About, was: SettledSecret): SecretConfigs {
  const { ManagedSecretConfig, CmkSecretConfig } = was.configs;
  const SecretArn = ManagedSecretConfig?.SecretArn ?? CmkSecretConfig?.SecretArn ?? newSecretArn(about);
  return key ? { CmkSecretConfig: { SecretArn, KmsKeyArn: key } } : { ManagedSecretConfig: { SecretArn } };
}

/** @source AWS user guide: the names begin with `aws-datasync`; the rest is a guess */
function newSecretArn({ id, scope, random }: About): string {
  const { partition, region, account } = scope;
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:aws-datasync-${id}-${random.hex(6)}`;
}

/** The configs among a location's settings, for Describe. */
export function secretConfigs(settings: SecretConfigs): SecretConfigs {
  const { ManagedSecretConfig, CmkSecretConfig, CustomSecretConfig } = settings;
  if (ManagedSecretConfig) return { ManagedSecretConfig };
  if (CmkSecretConfig) return { CmkSecretConfig };
  return CustomSecretConfig ? { CustomSecretConfig } : {};
}

/** `settings` without them. */
export function withoutSecretConfigs<S extends SecretConfigs>(settings: S): Omit<S, keyof SecretConfigs> {
  const { ManagedSecretConfig, CmkSecretConfig, CustomSecretConfig, ...rest } = settings;
  return rest;
}
