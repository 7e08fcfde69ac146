import { invalidParameter } from '../errors.ts';
import type { About } from './location-kind.ts';

/** Where the credential of a location is kept, as Describe answers it; one of the three at most. */
export interface SecretConfigs {
  readonly ManagedSecretConfig?: { SecretArn: string };
  readonly CmkSecretConfig?: { SecretArn: string; KmsKeyArn: string };
  readonly CustomSecretConfig?: { SecretArn: string; SecretAccessRoleArn: string };
}

/** What a create or an update says of the configs. Empty strings take something away. */
interface AskedConfigs {
  readonly CmkSecretConfig?: { readonly SecretArn?: string; readonly KmsKeyArn?: string };
  readonly CustomSecretConfig?: { readonly SecretArn?: string; readonly SecretAccessRoleArn?: string };
}

/** The credential that a create or an update gives. */
interface Credential {
  /** The member that carries it, for messages. */
  readonly member: string;
  readonly value: string | undefined;
  /** Its name among the location's secrets, where that is not the member's. */
  readonly keptAs?: string;
}

export interface SettledSecret {
  readonly configs: SecretConfigs;
  /** Empty: there is none, or it is in the user's own secret. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** There is none. */
export const NO_SECRET: SettledSecret = { configs: {}, secrets: {} };

/**
 * A credential that is given is kept in a secret that DataSync manages, with the user's key if one is named;
 * or the user names a secret of their own and gives none.
 * @param was the location as it is
 * @throws ServiceError for both configs, a config without what it needs, or a credential beside a custom secret
 * @source AWS user guide, "Providing credentials for storage locations"
 */
export function settleSecret(
  { member, value, keptAs = member }: Credential,
  asked: AskedConfigs,
  was: { readonly settings: SecretConfigs; readonly secrets: Readonly<Record<string, string>> },
  about: About,
): SettledSecret {
  const key = asked.CmkSecretConfig?.KmsKeyArn;
  const custom = asked.CustomSecretConfig;
  const ownSecret = custom?.SecretArn || custom?.SecretAccessRoleArn ? custom : undefined;
  if (key && ownSecret) {
    throw invalidParameter(
      'CmkSecretConfig and CustomSecretConfig cannot be used together. Send one of them.',
    );
  }
  if (ownSecret) return customSecret(member, value, ownSecret);
  const configs = secretConfigs(was.settings);
  if (configs.CustomSecretConfig && !custom && !value && !key) return { configs, secrets: {} };
  const credential = value ?? was.secrets[keptAs];
  if (!credential && key) {
    throw invalidParameter(`CmkSecretConfig needs ${member}: the key encrypts the secret that holds it.`);
  }
  if (!credential) return NO_SECRET;
  return {
    configs: ownedConfigs(key ?? configs.CmkSecretConfig?.KmsKeyArn, about, configs),
    secrets: { [keptAs]: credential },
  };
}

function customSecret(
  member: string,
  value: string | undefined,
  { SecretArn, SecretAccessRoleArn }: NonNullable<AskedConfigs['CustomSecretConfig']>,
): SettledSecret {
  if (value) {
    throw invalidParameter(
      `${member} cannot be given with CustomSecretConfig: the secret holds it. Send one of them.`,
    );
  }
  if (!SecretArn || !SecretAccessRoleArn) {
    throw invalidParameter('CustomSecretConfig needs both SecretArn and SecretAccessRoleArn.');
  }
  return { configs: { CustomSecretConfig: { SecretArn, SecretAccessRoleArn } }, secrets: {} };
}

/** In a secret that DataSync makes: with the user's key, or with AWS's when `key` is empty. */
function ownedConfigs(key: string | undefined, about: About, was: SecretConfigs): SecretConfigs {
  const { ManagedSecretConfig, CmkSecretConfig } = was;
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
