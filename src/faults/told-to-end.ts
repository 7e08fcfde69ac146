import { TransferFailed } from '../transfer/job.ts';

/** How an execution is to end; the cause of a TransferFailed `told-to-end`. */
export class ToldToEnd extends Error {
  override readonly name = 'ToldToEnd';
  readonly outcome: { readonly errorCode: string; readonly errorDetail: string };

  constructor(errorCode: string, errorDetail: string) {
    super(errorDetail);
    this.outcome = { errorCode, errorDetail };
  }
}

/** Ends the whole run in this way, wherever it is thrown. */
export function endOfRun(errorCode: string, errorDetail: string): TransferFailed {
  return new TransferFailed('told-to-end', errorDetail, { cause: new ToldToEnd(errorCode, errorDetail) });
}
