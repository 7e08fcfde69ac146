import { type Answer, xmlAnswer } from '../answer.ts';
import type { Bucket } from '../bucket.ts';
import { bucketOf, type Call } from '../call.ts';
import { type ListingQuery, walk } from '../listing.ts';
import type { Version } from '../object-store.ts';
import { invalidArgument } from '../s3-error.ts';
import { type XmlValue, xmlDocument } from '../xml.ts';
import { canonicalId } from './buckets.ts';
import { nameWriter, pageSize } from './list-objects.ts';

type Item =
  | { readonly kind: 'prefix'; readonly name: string }
  | { readonly kind: 'version'; readonly version: Version };

interface Marker {
  readonly key: string;
  /** Go on behind this version of `key`; undefined: behind all of them. */
  readonly versionId: string | undefined;
}

/** The versions of the marker's own key that come behind it. */
function restOfKey(bucket: Bucket, { key, versionId }: Marker): readonly Version[] {
  if (versionId === undefined) return [];
  const versions = bucket.versions(key);
  const at = versions.findIndex((version) => version.versionId === versionId);
  return at < 0 ? [] : versions.slice(at + 1);
}

function* items(bucket: Bucket, query: ListingQuery, marker: Marker): Generator<Item> {
  for (const version of restOfKey(bucket, marker)) yield { kind: 'version', version };
  for (const shown of walk(
    (place) => bucket.keysFrom(place),
    query,
    () => true,
  )) {
    if (shown.kind === 'prefix') yield { kind: 'prefix', name: shown.name };
    else for (const version of bucket.versions(shown.name)) yield { kind: 'version', version };
  }
}

function page(all: Iterable<Item>, size: number): { readonly page: readonly Item[]; readonly more: boolean } {
  const found: Item[] = [];
  if (size === 0) return { page: found, more: false };
  for (const item of all) {
    if (found.length === size) return { page: found, more: true };
    found.push(item);
  }
  return { page: found, more: false };
}

function describe(
  bucket: Bucket,
  version: Version,
  name: (text: string) => string,
): { readonly [name: string]: XmlValue } {
  const isObject = version.kind === 'object';
  return {
    Key: name(version.key),
    VersionId: version.versionId,
    IsLatest: bucket.newest(version.key)?.versionId === version.versionId,
    LastModified: new Date(version.lastModifiedAt).toISOString(),
    ...(isObject && {
      ETag: `"${version.etag}"`,
      ChecksumAlgorithm: version.checksum?.algorithm,
      ChecksumType: version.checksum?.type,
      Size: version.content.sizeBytes,
      StorageClass: version.storageClass,
    }),
    Owner: { ID: canonicalId(bucket.owner) },
  };
}

function markerOf(query: ReadonlyMap<string, string>): Marker {
  const key = query.get('key-marker') ?? '';
  const versionId = query.get('version-id-marker') || undefined;
  if (versionId !== undefined && key === '') {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      versionId,
    );
  }
  return { key, versionId };
}

export function listObjectVersions(call: Call): Answer {
  const { query } = call.request;
  const bucket = bucketOf(call);
  const name = nameWriter(query);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const marker = markerOf(query);
  const size = pageSize(query, 'max-keys');
  const found = page(items(bucket, { prefix, delimiter, after: marker.key }, marker), size);
  const last = found.more ? found.page.at(-1) : undefined;
  const lastKey = last?.kind === 'version' ? last.version.key : last?.name;
  const versions = found.page.flatMap((item) => (item.kind === 'version' ? [item.version] : []));
  const prefixes = found.page.flatMap((item) => (item.kind === 'prefix' ? [item.name] : []));
  const described = (kind: Version['kind']) =>
    versions.filter((one) => one.kind === kind).map((one) => describe(bucket, one, name));
  return xmlAnswer(
    xmlDocument('ListVersionsResult', {
      Name: bucket.name,
      Prefix: name(prefix),
      KeyMarker: name(marker.key),
      VersionIdMarker: marker.versionId ?? '',
      NextKeyMarker: lastKey === undefined ? undefined : name(lastKey),
      NextVersionIdMarker: last?.kind === 'version' ? last.version.versionId : undefined,
      MaxKeys: size,
      Delimiter: delimiter === '' ? undefined : name(delimiter),
      EncodingType: query.get('encoding-type') || undefined,
      IsTruncated: found.more,
      Version: described('object'),
      DeleteMarker: described('delete-marker'),
      CommonPrefixes: prefixes.map((one) => ({ Prefix: name(one) })),
    }),
  );
}
