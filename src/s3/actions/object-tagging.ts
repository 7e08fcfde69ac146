import { type Answer, xmlAnswer } from '../answer.ts';
import { bucketOf, type Call, keyOf, textBody } from '../call.ts';
import type { StoredObject } from '../object-store.ts';
import { type Tags, tagSet, tagsOfXml } from '../tags.ts';
import { xmlDocument } from '../xml.ts';
import { findVersion, versionHeader, versionIdOf } from './find-version.ts';

function objectOf(call: Call): StoredObject {
  return findVersion(bucketOf(call), keyOf(call), versionIdOf(call));
}

function change(call: Call, tags: Tags, status: number): Answer {
  const object = objectOf(call);
  const bucket = bucketOf(call);
  bucket.amend({ ...object, tags });
  return { status, headers: versionHeader(bucket, object.versionId) };
}

export function getObjectTagging(call: Call): Answer {
  const object = objectOf(call);
  return xmlAnswer(
    xmlDocument('Tagging', tagSet(object.tags)),
    versionHeader(bucketOf(call), object.versionId),
  );
}

export async function putObjectTagging(call: Call): Promise<Answer> {
  objectOf(call);
  return change(call, tagsOfXml(await textBody(call), 'object'), 200);
}

export function deleteObjectTagging(call: Call): Answer {
  return change(call, {}, 204);
}
