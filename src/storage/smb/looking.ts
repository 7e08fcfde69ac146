import type { RelPath } from '../../base/path.ts';
import type { CallOptions, Entry, SecurityParts, WindowsSecurity } from '../backend.ts';
import { entryOf, type Facts } from './entry.ts';
import { ATTRIBUTE } from './operations/attributes.ts';
import { ACCESS, OPTION } from './operations/create.ts';
import {
  decodeAll,
  decodeAttributeTag,
  decodeSecurity,
  queryAll,
  queryAttributeTag,
  querySecurity,
} from './operations/query-info.ts';
import { decodeDescriptor, partsAsked } from './rights/security-descriptor.ts';
import type { Share } from './share.ts';
import { RELATED_FILE_ID, type SmbRequest, type SmbResponse } from './smb-tree.ts';

/** Opens the thing itself, never what it points at. */
const ITSELF = OPTION.OPEN_REPARSE_POINT | OPTION.OPEN_FOR_BACKUP_INTENT;

interface LookOptions extends CallOptions {
  readonly security?: SecurityParts;
}

/** Everything known of `path`. See `Backend.stat`. */
export async function lookAt(share: Share, path: RelPath, options: LookOptions = {}): Promise<Entry> {
  const { signal, security } = options;
  return share.again(path, options, async () => {
    const how = { access: ACCESS.READ_ATTRIBUTES | rightsToRead(security), options: ITSELF };
    const { responses } = await share.withFile(path, how, questions(share, security), signal && { signal });
    const { facts, rights } = told(responses, security);
    return entryOf(path, await withTag(share, path, facts), rights);
  });
}

/** Asks everything that is to be known of an open file. */
export function questions(share: Share, security: SecurityParts | undefined): SmbRequest[] {
  const all = queryAll(RELATED_FILE_ID);
  if (security === undefined) return [all];
  return [all, querySecurity(RELATED_FILE_ID, partsAsked(security), share.limits)];
}

/** What `questions` were answered, without the reparse tag. @throws MalformedAnswer */
export function told(
  [all, descriptor]: readonly SmbResponse[],
  security: SecurityParts | undefined,
): { readonly facts: Facts; readonly rights: WindowsSecurity | undefined } {
  if (!all) throw new TypeError('QUERY_INFO was not answered.');
  const facts = { ...decodeAll(all), reparseTag: 0 };
  if (security === undefined || !descriptor) return { facts, rights: undefined };
  return { facts, rights: decodeDescriptor(decodeSecurity(descriptor), partsAsked(security)) };
}

/** What `path` is now, or undefined. */
export async function lookIfThere(share: Share, path: RelPath): Promise<Entry | undefined> {
  try {
    return await lookAt(share, path);
  } catch (error) {
    if (error instanceof Error && 'kind' in error && error.kind === 'NotFound') return undefined;
    throw error;
  }
}

/** Who owns `path` and who may do what. */
export async function rightsOf(
  share: Share,
  path: RelPath,
  security: SecurityParts,
  options: CallOptions,
): Promise<WindowsSecurity> {
  return share.again(path, options, async () => {
    const how = { access: rightsToRead(security), options: ITSELF };
    const asked = partsAsked(security);
    const { responses } = await share.withFile(
      path,
      how,
      [querySecurity(RELATED_FILE_ID, asked, share.limits)],
      options,
    );
    const [descriptor] = responses;
    if (!descriptor) throw new TypeError('QUERY_INFO was not answered.');
    return decodeDescriptor(decodeSecurity(descriptor), asked);
  });
}

/** What a handle must be allowed for these parts to be read. */
export function rightsToRead(security: SecurityParts | undefined): number {
  if (security === undefined) return 0;
  return security === 'owner-dacl'
    ? ACCESS.READ_CONTROL
    : ACCESS.READ_CONTROL | ACCESS.ACCESS_SYSTEM_SECURITY;
}

/** `facts` with the reparse tag, which only reparse points are asked for. */
async function withTag(share: Share, path: RelPath, facts: Facts): Promise<Facts> {
  if ((facts.attributes & ATTRIBUTE.REPARSE_POINT) === 0) return facts;
  const how = { access: ACCESS.READ_ATTRIBUTES, options: ITSELF };
  const { responses } = await share.withFile(path, how, [queryAttributeTag(RELATED_FILE_ID)]);
  return responses[0] ? { ...facts, reparseTag: decodeAttributeTag(responses[0]) } : facts;
}
