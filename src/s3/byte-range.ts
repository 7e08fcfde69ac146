import { s3Error } from './s3-error.ts';

/** Bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const RANGE = /^bytes=(\d{0,16})-(\d{0,16})$/;

/**
 * What a Range header asks of an object, or undefined when it asks for all. A header that S3 does not understand
 * (another unit, several ranges) asks for all.
 * @throws S3Error InvalidRange
 */
export function byteRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const parts = header === undefined ? null : RANGE.exec(header.trim());
  if (!parts) return undefined;
  const [, first = '', last = ''] = parts;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= end) {
    throw s3Error('InvalidRange', undefined, {
      RangeRequested: header ?? '',
      ActualObjectSize: String(sizeBytes),
    });
  }
  return { start, end };
}

const COPY_RANGE = /^bytes=(\d{1,16})-(\d{1,16})$/;

/** Of `x-amz-copy-source-range`, which must name both ends inside the source. @throws S3Error InvalidArgument */
export function copyRange(header: string | undefined, sizeBytes: number): ByteRange {
  if (header === undefined) return { start: 0, end: sizeBytes };
  const parts = COPY_RANGE.exec(header);
  const start = Number(parts?.[1] ?? Number.NaN);
  const end = Number(parts?.[2] ?? Number.NaN) + 1;
  if (!(start < end)) {
    throw s3Error(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header },
    );
  }
  if (end > sizeBytes) {
    throw s3Error('InvalidArgument', `Range specified is not valid for source object of size: ${sizeBytes}`, {
      ArgumentName: 'x-amz-copy-source-range',
      ArgumentValue: header,
    });
  }
  return { start, end };
}
