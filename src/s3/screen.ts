import type { S3Request } from './request.ts';
import { type S3Error, s3Error } from './s3-error.ts';

/** The words that a header may have here; any other asks for what is not built. */
interface Rule {
  readonly allowed: readonly string[];
  refuse(name: string, value: string): S3Error;
}

const notBuilt = (name: string, value: string) =>
  s3Error('NotImplemented', `A header you provided implies functionality that is not implemented: ${name}.`, {
    Header: name,
    Value: value,
  });

const never: Rule = { allowed: [], refuse: notBuilt };

/**
 * Headers that must not be overlooked, since the client counts on what they ask for.
 * @source Amazon S3 User Guide, "Controlling ownership of objects and disabling ACLs": a new bucket refuses ACLs
 */
const RULES: Readonly<Record<string, Rule>> = {
  'x-amz-acl': {
    allowed: ['private', 'bucket-owner-full-control'],
    refuse: () => s3Error('AccessControlListNotSupported'),
  },
  'x-amz-server-side-encryption': { allowed: ['AES256'], refuse: notBuilt },
  'x-amz-server-side-encryption-aws-kms-key-id': never,
  'x-amz-server-side-encryption-customer-algorithm': never,
  'x-amz-server-side-encryption-customer-key': never,
  'x-amz-copy-source-server-side-encryption-customer-algorithm': never,
  'x-amz-object-lock-mode': never,
  'x-amz-object-lock-retain-until-date': never,
  'x-amz-object-lock-legal-hold': never,
  'x-amz-bucket-object-lock-enabled': { allowed: ['false', 'False'], refuse: notBuilt },
  'x-amz-write-offset-bytes': never,
  'x-amz-mfa': never,
};

/** @throws S3Error NotImplemented, AccessControlListNotSupported */
export function screen(request: S3Request): void {
  for (const [rest, value] of request.headersWith('x-amz-')) {
    const name = `x-amz-${rest}`;
    if (name.startsWith('x-amz-grant-')) throw s3Error('AccessControlListNotSupported');
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule && !rule.allowed.includes(value)) throw rule.refuse(name, value);
  }
}
