import { parseArn } from '../arn.ts';
import { invalidParameter } from '../errors.ts';
import { bucketOf, s3Place } from '../places.ts';
import { type Created, type Draft, locationKind, type Updated } from './location-kind.ts';
import { only } from './members.ts';
import { testBucketAccess } from './s3-access-test.ts';
import { keyPrefix } from './subdirectory.ts';

type Members = Created<'S3'>;

interface S3Settings {
  readonly S3BucketArn: string;
  readonly Subdirectory: string;
  readonly S3StorageClass: NonNullable<Members['S3StorageClass']>;
  readonly S3Config: Members['S3Config'];
}

function create(input: Members): Draft<S3Settings> {
  const { S3BucketArn, S3Config, Subdirectory = '', AgentArns = [] } = input;
  if (AgentArns.length > 0 && !isOutposts(S3BucketArn)) {
    throw invalidParameter(
      'AgentArns can be used only with S3 on Outposts. Leave them out for a bucket in a Region.',
    );
  }
  const usual = isOutposts(S3BucketArn) ? 'OUTPOSTS' : 'STANDARD';
  const { S3StorageClass = usual } = input;
  return checked({
    settings: { S3BucketArn, Subdirectory, S3StorageClass, S3Config },
    secrets: {},
    agentArns: AgentArns,
  });
}

function update(was: Draft<S3Settings>, input: Updated<'S3'>): Draft<S3Settings> {
  const settings = { ...was.settings, ...only(input, 'Subdirectory', 'S3StorageClass', 'S3Config') };
  return checked({ ...was, settings });
}

/** @source AWS user guide, "Storage class considerations with Amazon S3 transfers" */
function checked(draft: Draft<S3Settings>): Draft<S3Settings> {
  const { S3BucketArn, S3StorageClass } = draft.settings;
  if (S3StorageClass === 'OUTPOSTS' && !isOutposts(S3BucketArn)) {
    throw invalidParameter(
      'The storage class OUTPOSTS is only for S3 on Outposts. Choose another S3StorageClass.',
    );
  }
  return draft;
}

function isOutposts(bucketArn: string): boolean {
  return bucketArn.split(':')[2] === 's3-outposts';
}

/**
 * A bucket by its name, an access point by its ARN with "/" between its parts.
 * @source terraform-provider-aws, uri_test.go (Outposts); guess by analogy for access points
 */
function uri({ S3BucketArn, Subdirectory }: S3Settings): string {
  const { resource = '', account = '' } = parseArn(S3BucketArn) ?? {};
  const bucket = account === '' ? resource : `${scopeless(S3BucketArn)}:${resource.replaceAll(':', '/')}`;
  return `s3://${bucket}/${keyPrefix(Subdirectory)}`;
}

/** The ARN without its resource. */
function scopeless(arn: string): string {
  return arn.split(':', 5).join(':');
}

/** STANDARD is what a bucket does by itself; only real Outposts know OUTPOSTS. */
function storageClass({ S3StorageClass }: S3Settings): { storageClass?: string } {
  return S3StorageClass === 'STANDARD' || S3StorageClass === 'OUTPOSTS'
    ? {}
    : { storageClass: S3StorageClass };
}

/** An S3 bucket, or an access point of one. */
export const s3 = locationKind<'S3', S3Settings>({
  type: 'S3',
  listType: ({ S3BucketArn }) => (isOutposts(S3BucketArn) ? 'OUTPOST_S3' : 'S3'),
  create,
  update,
  uri,
  describe: ({ settings, agentArns }) => ({
    S3StorageClass: settings.S3StorageClass,
    S3Config: settings.S3Config,
    ...(agentArns.length > 0 ? { AgentArns: [...agentArns] } : {}),
  }),
  target: ({ settings }, around) =>
    s3Place(
      {
        bucket: bucketOf(settings.S3BucketArn),
        prefix: keyPrefix(settings.Subdirectory),
        ...storageClass(settings),
      },
      around,
    ),
  test: testBucketAccess,
});
