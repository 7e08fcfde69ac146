/** The only error that a client sees. */
export class ServiceError extends Error {
  /** Sent as `__type`, such as `InvalidRequestException` or `ValidationException`. */
  override readonly name: string;
  /** Such as 400. */
  readonly httpStatus: number;
  /** Sent as `errorCode`, such as `InvalidParameter`. */
  readonly errorCode: string | undefined;

  constructor(name: string, httpStatus: number, message: string, errorCode?: string) {
    super(message);
    this.name = name;
    this.httpStatus = httpStatus;
    this.errorCode = errorCode;
  }
}
