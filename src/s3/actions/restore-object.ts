import type { Answer } from '../answer.ts';
import { bucketOf, type Call, keyOf, textBody } from '../call.ts';
import { s3Error } from '../s3-error.ts';
import { isArchived, restoreState } from '../storage-class.ts';
import { child, childText, parseXml } from '../xml.ts';
import { findVersion, versionHeader, versionIdOf } from './find-version.ts';

const DAY_MS = 86_400_000;

/** The end of the restore: S3 rounds up to the next midnight UTC. */
function midnightAfter(at: number): number {
  return Math.ceil(at / DAY_MS) * DAY_MS;
}

async function wantedDays(call: Call): Promise<number> {
  const document = parseXml(await textBody(call), 'RestoreRequest');
  if (child(document, 'SelectParameters') || childText(document, 'Type') === 'SELECT') {
    throw s3Error('NotImplemented', 'Restores of type SELECT are not implemented.');
  }
  const days = childText(document, 'Days')?.trim() ?? '';
  if (!/^\d{1,9}$/.test(days) || Number(days) < 1) throw s3Error('MalformedXML');
  return Number(days);
}

export async function restoreObject(call: Call): Promise<Answer> {
  bucketOf(call);
  const days = await wantedDays(call);
  const bucket = bucketOf(call);
  const object = findVersion(bucket, keyOf(call), versionIdOf(call));
  const now = call.service.clock.now();
  if (!isArchived(object)) {
    throw s3Error('InvalidObjectState', "Restore is not allowed for the object's current storage class");
  }
  const state = restoreState(object, now);
  if (state === 'ongoing') throw s3Error('RestoreAlreadyInProgress');
  const fromAt = state === 'restored' ? (object.restored?.fromAt ?? now) : now + call.service.restoreMs;
  const untilAt = midnightAfter(Math.max(now, fromAt) + days * DAY_MS);
  bucket.amend({ ...object, restored: { fromAt, untilAt } });
  return { status: state === 'restored' ? 200 : 202, headers: versionHeader(bucket, object.versionId) };
}
