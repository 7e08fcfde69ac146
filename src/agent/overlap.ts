import { type RelPath, relPath } from '../base/path.ts';
import { placeOf } from '../storage/index.ts';
import { TransferFailed, type TransferOrder } from '../transfer/job.ts';
import { makeView } from '../transfer/select.ts';

type Order = Pick<TransferOrder, 'source' | 'destination' | 'selection'>;

/**
 * Refuses two locations of which one lies inside the other, unless the filters leave the inner one out: a run would
 * copy what it has just written, or remove the source as something that the source does not have.
 * @throws TransferFailed `locations-overlap`
 */
export function refuseOverlap({ source, destination, selection }: Order): void {
  const [from, to] = [placeOf(source), placeOf(destination)];
  const [outer, inner] = from.length <= to.length ? [from, to] : [to, from];
  const same = outer[0] === 'smb' ? sameInAnyCase : Object.is;
  if (!outer.every((name, index) => same(name, inner[index] ?? ''))) return;
  if (inner.length === outer.length) {
    throw overlap('Source and destination are the same place. Choose another destination.');
  }
  const path = relPath(inner.slice(outer.length).join('/'));
  if (selection.manifest || !takesPart(path, selection)) return;
  const how =
    outer === from ? 'The destination lies inside the source' : 'The source lies inside the destination';
  throw overlap(`${how}. Choose two places apart from each other, or exclude "/${path}".`);
}

/** SMB servers do not tell names apart by case. (MS-FSCC 2.1.5) */
const sameInAnyCase = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

function takesPart(path: RelPath, { include, exclude }: Order['selection']): boolean {
  const verdict = makeView(include, exclude).judge(path);
  return verdict === 'taken' || verdict === 'above';
}

const overlap = (message: string) => new TransferFailed('locations-overlap', message);
