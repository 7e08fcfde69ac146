import { s3Error } from './s3-error.ts';
import { children, childText, parseXml, type XmlElement, type XmlValue } from './xml.ts';

export type Tags = Readonly<Record<string, string>>;

/** @source Amazon S3 User Guide, "Categorizing your objects using tags" */
const MOST_OBJECT_TAGS = 10;
const MOST_BUCKET_TAGS = 50;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

function checkTag(key: string, value: string): void {
  if (key === '' || [...key].length > LONGEST_KEY || !ALLOWED.test(key) || key.startsWith('aws:')) {
    throw s3Error('InvalidTag', 'The TagKey you have provided is invalid', { TagKey: key });
  }
  if ([...value].length > LONGEST_VALUE || !ALLOWED.test(value)) {
    throw s3Error('InvalidTag', 'The TagValue you have provided is invalid', {
      TagKey: key,
      TagValue: value,
    });
  }
}

function tagsOf(pairs: readonly (readonly [string, string])[], most: number): Tags {
  const tags = new Map<string, string>();
  for (const [key, value] of pairs) {
    checkTag(key, value);
    if (tags.has(key))
      throw s3Error('InvalidTag', 'Cannot provide multiple Tags with the same key', { TagKey: key });
    tags.set(key, value);
  }
  if (tags.size <= most) return Object.fromEntries(tags);
  if (most === MOST_OBJECT_TAGS) throw s3Error('BadRequest', `Object tags cannot be greater than ${most}`);
  throw s3Error('BadRequest', `Bucket tag count cannot be greater than ${most}`);
}

/** From `x-amz-tagging`, which is written like a query. @throws S3Error InvalidArgument, InvalidTag, BadRequest */
export function tagsOfHeader(header: string): Tags {
  const pairs = header.split('&').filter((pair) => pair !== '');
  return tagsOf(
    pairs.map((pair) => {
      const [key = '', ...value] = pair.split('=');
      return [decode(key), decode(value.join('='))];
    }),
    MOST_OBJECT_TAGS,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw s3Error(
      'InvalidArgument',
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    );
  }
}

/** From a `Tagging` document. @throws S3Error MalformedXML, InvalidTag, BadRequest */
export function tagsOfXml(text: string, of: 'object' | 'bucket'): Tags {
  const [set, ...more] = children(parseXml(text, 'Tagging'), 'TagSet');
  if (set === undefined || more.length > 0) throw s3Error('MalformedXML');
  const pairs = children(set, 'Tag').map((tag): [string, string] => [
    required(tag, 'Key'),
    required(tag, 'Value'),
  ]);
  return tagsOf(pairs, of === 'object' ? MOST_OBJECT_TAGS : MOST_BUCKET_TAGS);
}

function required(tag: XmlElement, name: string): string {
  const text = childText(tag, name);
  if (text === undefined) throw s3Error('MalformedXML');
  return text;
}

/** The children of a `Tagging` document. */
export function tagSet(tags: Tags): { readonly [name: string]: XmlValue } {
  return { TagSet: { Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } };
}
