import { sha256Hex } from '../../base/sigv4.ts';
import { type Answer, xmlAnswer } from '../answer.ts';
import { bucketOf, type Call, textBody } from '../call.ts';
import { invalidArgument, s3Error } from '../s3-error.ts';
import { tagSet, tagsOfXml } from '../tags.ts';
import { childText, parseXml, xmlDocument } from '../xml.ts';

/** The canonical id that stands for an account: 64 hexadecimal digits, always the same for it. */
export function canonicalId(account: string): string {
  return sha256Hex(`canonical user ${account}`);
}

/** Where S3 started: its buckets have no location constraint, and making one's own again is no error there. */
const FIRST_REGION = 'us-east-1';
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d{1,2}$/;

function regionOf(constraint: string): string {
  if (constraint === 'EU') return 'eu-west-1';
  if (!REGION.test(constraint)) {
    throw s3Error('InvalidLocationConstraint', undefined, { LocationConstraint: constraint });
  }
  return constraint;
}

export async function createBucket(call: Call): Promise<Answer> {
  const { request, caller, service } = call;
  const name = request.bucket ?? '';
  const body = await textBody(call);
  const constraint =
    body.trim() === ''
      ? undefined
      : childText(parseXml(body, 'CreateBucketConfiguration'), 'LocationConstraint');
  const region = constraint ? regionOf(constraint) : (caller.region ?? service.region);
  const known = service.buckets.get(name);
  const again = known?.owner === caller.account && known.region === FIRST_REGION && region === FIRST_REGION;
  if (!again) service.buckets.create(name, { owner: caller.account, region });
  return { status: 200, headers: { location: `/${name}` } };
}

export function headBucket(call: Call): Answer {
  const { region } = bucketOf(call);
  return {
    status: 200,
    headers: {
      'x-amz-bucket-region': region,
      'x-amz-access-point-alias': 'false',
      'content-type': 'application/xml',
    },
  };
}

export function deleteBucket(call: Call): Answer {
  call.service.buckets.delete(bucketOf(call).name);
  return { status: 204 };
}

export function getBucketLocation(call: Call): Answer {
  const { region } = bucketOf(call);
  return xmlAnswer(xmlDocument('LocationConstraint', region === FIRST_REGION ? '' : region));
}

const MOST_BUCKETS = 10_000;

function pageSize(text: string | undefined): number {
  if (text === undefined) return MOST_BUCKETS;
  const size = Number(text);
  if (/^\d{1,5}$/.test(text) && size >= 1 && size <= MOST_BUCKETS) return size;
  throw invalidArgument(`max-buckets must be from 1 to ${MOST_BUCKETS}`, 'max-buckets', text);
}

export function listBuckets({ request, caller, service }: Call): Answer {
  const { query } = request;
  const prefix = query.get('prefix');
  const region = query.get('bucket-region');
  const token = query.get('continuation-token');
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
  const size = pageSize(query.get('max-buckets'));
  const found = service.buckets
    .list()
    .filter((bucket) => bucket.owner === caller.account && bucket.name.startsWith(prefix ?? ''))
    .filter((bucket) => bucket.name > after && (region === undefined || bucket.region === region));
  const page = found.slice(0, size);
  const last = page.at(-1);
  return xmlAnswer(
    xmlDocument('ListAllMyBucketsResult', {
      Owner: { ID: canonicalId(caller.account) },
      Buckets: {
        Bucket: page.map((bucket) => ({
          Name: bucket.name,
          CreationDate: new Date(bucket.createdAt).toISOString(),
          BucketRegion: bucket.region,
        })),
      },
      ContinuationToken:
        found.length > size && last ? Buffer.from(last.name).toString('base64url') : undefined,
      Prefix: prefix,
    }),
  );
}

export function getBucketVersioning(call: Call): Answer {
  const { versioning } = bucketOf(call);
  return xmlAnswer(xmlDocument('VersioningConfiguration', { Status: versioning }));
}

export async function putBucketVersioning(call: Call): Promise<Answer> {
  bucketOf(call);
  const document = parseXml(await textBody(call), 'VersioningConfiguration');
  const status = childText(document, 'Status');
  const mfa = childText(document, 'MfaDelete');
  if (mfa === 'Enabled') throw s3Error('NotImplemented', 'MFA delete is not implemented.');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw s3Error(status === undefined ? 'IllegalVersioningConfigurationException' : 'MalformedXML');
  }
  bucketOf(call).setVersioning(status);
  return { status: 200 };
}

export function getBucketTagging(call: Call): Answer {
  const { name, tags } = bucketOf(call);
  if (Object.keys(tags).length === 0) throw s3Error('NoSuchTagSet', undefined, { BucketName: name });
  return xmlAnswer(xmlDocument('Tagging', tagSet(tags)));
}

export async function putBucketTagging(call: Call): Promise<Answer> {
  bucketOf(call);
  const tags = tagsOfXml(await textBody(call), 'bucket');
  bucketOf(call).setTags(tags);
  return { status: 204 };
}

export function deleteBucketTagging(call: Call): Answer {
  bucketOf(call).setTags({});
  return { status: 204 };
}
