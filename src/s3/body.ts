import type { IncomingMessage } from 'node:http';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import { type BodyPlan, checkChecksumForm } from './body-plan.ts';
import { type ChecksumAlgorithm, checksums, cryptoHasher, type Hasher } from './checksums.ts';
import type { ChunkSignatures } from './chunk-signatures.ts';
import type { Content, ContentSink } from './object-store.ts';
import { type S3ErrorCode, s3Error } from './s3-error.ts';

/** A body that arrived whole and is what its checksums say. */
export interface ReceivedBody {
  readonly content: Content;
  /** Hexadecimal MD5. */
  readonly md5: string;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

/** Hands every chunk to `take`, one after the other. @throws S3Error IncompleteBody, or what `take` throws */
function consume(incoming: IncomingMessage, take: (chunk: Buffer) => void | Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    if (incoming.destroyed) return reject(s3Error('IncompleteBody'));
    const fail = (error: unknown) => {
      incoming.off('data', onData);
      // The rest is read and thrown away, so that the client sees the answer and the connection stays good.
      incoming.resume();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      try {
        const wait = take(chunk);
        if (!wait) return;
        incoming.pause();
        wait.then(() => incoming.resume(), fail);
      } catch (error) {
        fail(error);
      }
    };
    incoming.on('data', onData);
    incoming.on('end', resolve);
    incoming.on('error', () => reject(s3Error('IncompleteBody')));
    incoming.on('close', () => reject(s3Error('IncompleteBody')));
  });
}

/** Everything that is computed while the bytes come in. */
class Receiver {
  readonly #plan: BodyPlan;
  readonly #sink: ContentSink;
  readonly #signatures: ChunkSignatures | undefined;
  readonly #md5 = cryptoHasher('md5', 'hex');
  readonly #sha256: Hasher | undefined;
  readonly #checksum: Hasher | undefined;
  readonly #trailers = new Map<string, string>();
  #sizeBytes = 0;

  constructor(
    plan: BodyPlan,
    sink: ContentSink,
    checksum: Hasher | undefined,
    signatures: ChunkSignatures | undefined,
  ) {
    this.#plan = plan;
    this.#sink = sink;
    this.#checksum = checksum;
    this.#signatures = signatures;
    this.#sha256 = plan.sha256 === undefined ? undefined : cryptoHasher('sha256', 'hex');
  }

  async receive(incoming: IncomingMessage): Promise<ReceivedBody> {
    try {
      await (this.#plan.chunked
        ? this.#receiveChunked(incoming)
        : consume(incoming, (bytes) => this.#take(bytes)));
      if (this.#sizeBytes !== this.#plan.sizeBytes) throw s3Error('IncompleteBody');
    } catch (error) {
      this.#checksum?.drop();
      throw error;
    }
    const checked = this.#check();
    return { content: await this.#sink.finish(), ...checked };
  }

  async #receiveChunked(incoming: IncomingMessage): Promise<void> {
    const decoder = new AwsChunkedDecoder({
      chunk: (sizeBytes, extension) => this.#signatures?.chunk(sizeBytes, extension),
      data: (bytes) => {
        this.#signatures?.data(bytes);
        return this.#take(bytes);
      },
      trailer: (name, value) => {
        this.#signatures?.trailer(name, value);
        this.#trailers.set(name, value);
      },
    });
    await consume(incoming, (bytes) => decoder.write(bytes));
    decoder.end();
    this.#signatures?.end();
  }

  #take(bytes: Buffer): void | Promise<void> {
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes > this.#plan.sizeBytes) throw s3Error('IncompleteBody');
    this.#md5.update(bytes);
    this.#sha256?.update(bytes);
    this.#checksum?.update(bytes);
    return this.#sink.write(bytes);
  }

  #check(): Omit<ReceivedBody, 'content'> {
    const checksum = this.#checkChecksum();
    const md5 = this.#md5.digest();
    const expected = this.#plan.md5 && Buffer.from(this.#plan.md5, 'base64').toString('hex');
    if (expected !== undefined && expected !== md5) throw mismatch('BadDigest', expected, md5);
    const sha256 = this.#sha256?.digest();
    if (sha256 !== this.#plan.sha256) throw s3Error('XAmzContentSHA256Mismatch');
    return { md5, checksum };
  }

  #checkChecksum(): ReceivedBody['checksum'] {
    const value = this.#checksum?.digest();
    const planned = this.#plan.checksum;
    if (!planned || value === undefined) return undefined;
    const { algorithm } = planned;
    if (planned.expected === 'not given') return { algorithm, value };
    const trailer = this.#trailers.get(checksums[algorithm].header);
    const expected = planned.expected === 'in the trailer' ? trailer : planned.expected.value;
    if (expected === undefined) {
      throw s3Error(
        'InvalidRequest',
        `The trailer ${checksums[algorithm].header} that was announced is missing.`,
      );
    }
    checkChecksumForm(algorithm, expected);
    if (expected !== value) {
      throw s3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
    }
    return { algorithm, value };
  }
}

function mismatch(code: S3ErrorCode, expected: string, calculated: string) {
  return s3Error(code, undefined, { ExpectedDigest: expected, CalculatedDigest: calculated });
}

/**
 * Takes the body into `sink` and checks all that the client said of it. When anything is wrong the sink is
 * abandoned.
 * @throws S3Error IncompleteBody, BadDigest, XAmzContentSHA256Mismatch, InvalidRequest, SignatureDoesNotMatch
 */
export async function receiveBody(
  incoming: IncomingMessage,
  plan: BodyPlan,
  sink: ContentSink,
  signatures: ChunkSignatures | undefined,
): Promise<ReceivedBody> {
  try {
    const checksum = plan.checksum && (await checksums[plan.checksum.algorithm].create());
    return await new Receiver(plan, sink, checksum, signatures).receive(incoming);
  } catch (error) {
    sink.abandon();
    throw error;
  }
}
