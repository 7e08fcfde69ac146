/** A bucket, or what is below a prefix of it, at any endpoint that speaks S3. */
export interface S3Config {
  /** Such as `http://127.0.0.1:4567`; path style is used unless `virtualHost`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** "" or ending in "/". */
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly virtualHost?: boolean;
  /** For new objects; the size rules of the classes apply. Default STANDARD (not sent). */
  readonly storageClass?: string;
  /** How times are written into `file-mtime` and `file-atime`. */
  readonly timeForm: 'ns' | 'ms';
  /** PEM of a certificate authority to trust beside the usual ones. */
  readonly certificate?: string;
  /**
   * Bytes of one part of a multipart upload; larger objects than this are uploaded in parts. Default 8 MiB.
   * S3 itself takes no part below 5 MiB but the last.
   */
  readonly partBytes?: number;
}
