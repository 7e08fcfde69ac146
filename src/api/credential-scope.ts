import type { SignableRequest } from '../base/sigv4.ts';
import { authorizationParts, credentialParts } from '../base/sigv4-claim.ts';
import type { Scope } from '../emulator/control-plane.ts';
import { headerOf } from './request.ts';

/** For requests that do not say. */
export interface ScopeDefaults {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
}

/** A Region that leaves room for the rest of an ARN of 128 characters. */
const REGION = /^[a-z][a-z0-9-]{0,29}$/;
const ACCOUNT = /^\d{12}$/;

/** @source AWS's service model of DataSync: the partitions in the patterns of ARNs */
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-isob-', 'aws-iso-b'],
  ['us-iso-', 'aws-iso'],
];

/** Such as `aws-cn` of `cn-north-1`. */
export function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/** What the request's credential (header or presigned form) says, not verified; undefined when it has none. */
export function claimedCredential(request: SignableRequest): ReturnType<typeof credentialParts> {
  const header = headerOf(request, 'authorization');
  if (header !== undefined) return credentialParts(authorizationParts(header).get('Credential') ?? '');
  if (!request.query.includes('X-Amz-Credential')) return undefined;
  return credentialParts(new URLSearchParams(request.query).get('X-Amz-Credential') ?? '');
}

/**
 * The account and Region that a request works in: an access key of twelve digits is the account, and the
 * Region is the one that was signed for. Where the credential says nothing of use, the defaults.
 */
export function scopeOf(request: SignableRequest, defaults: ScopeDefaults): Scope {
  const claimed = claimedCredential(request);
  const account = claimed && ACCOUNT.test(claimed.accessKeyId) ? claimed.accessKeyId : defaults.account;
  const region = claimed && REGION.test(claimed.scope.region) ? claimed.scope.region : defaults.region;
  return { partition: partitionOf(region), region, account };
}
