import type { NfsLimits } from '../nfs-client.ts';
import type { AttributeValues } from './attributes.ts';
import type { ConversationLimits } from './conversation.ts';

/** More in one request makes nothing faster. */
const MOST_CONTENT_BYTES = 1 << 20;
/** Of a message, what is not content: RPC, SEQUENCE, OPEN with its names, SETATTR. */
const HEAD_BYTES = 4096;
/** Some servers say that they take nothing at all. */
const LEAST_CONTENT_BYTES = 4096;
/** Of file names everywhere; Ganesha promises more than any file system behind it takes. */
const NAME_BYTES = 255;
const LARGEST_FILE = BigInt(Number.MAX_SAFE_INTEGER);

/** What can be sent to a server at most, by what it says of an export and of the conversation. RFC 7530 section 5.8.2 */
export function limitsOf(values: AttributeValues, conversation: ConversationLimits): NfsLimits {
  const content = (allowed: bigint | undefined, messageBytes: number) =>
    Math.max(LEAST_CONTENT_BYTES, Math.min(contentBytes(allowed), messageBytes - HEAD_BYTES));
  const { maxFileBytes, maxNameBytes, timeStepNs } = values;
  return {
    readBytes: content(values.maxReadBytes, conversation.responseBytes),
    writeBytes: content(values.maxWriteBytes, conversation.requestBytes),
    maxFileBytes: Number(maxFileBytes && maxFileBytes < LARGEST_FILE ? maxFileBytes : LARGEST_FILE),
    maxNameBytes: Math.min(maxNameBytes || NAME_BYTES, NAME_BYTES),
    timeStepNs: timeStepNs && timeStepNs > 0n ? timeStepNs : 1n,
    inFlight: conversation.inFlight,
  };
}

function contentBytes(allowed: bigint | undefined): number {
  return allowed && allowed < BigInt(MOST_CONTENT_BYTES) ? Number(allowed) : MOST_CONTENT_BYTES;
}
