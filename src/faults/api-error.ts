import { ServiceError } from '../model/service-error.ts';
import { defineFault } from './fault.ts';
import { text, usually, wholeNumber } from './members.ts';

/** @source AWS API Reference, "Common Errors" and the model of the service; the texts: errors of other AWS services */
const KNOWN: Readonly<Record<string, { readonly status: number; readonly message: string }>> = {
  InvalidRequestException: { status: 400, message: 'The request is not valid.' },
  InternalException: { status: 500, message: 'An internal error occurred.' },
  InternalFailure: { status: 500, message: 'An internal error occurred.' },
  ThrottlingException: { status: 400, message: 'Rate exceeded' },
  ServiceUnavailableException: { status: 503, message: 'Service unavailable.' },
  ServiceUnavailable: { status: 503, message: 'Service unavailable.' },
  AccessDeniedException: { status: 400, message: 'User is not authorized to perform this operation.' },
  ExpiredTokenException: { status: 400, message: 'The security token included in the request is expired' },
  UnrecognizedClientException: {
    status: 400,
    message: 'The security token included in the request is invalid.',
  },
};

export const apiError = defineFault({
  name: 'api-error',
  kind: 'api',
  summary: 'A call is refused with an error of your choice, and nothing is carried out.',
  example: {
    fault: 'api-error',
    where: { operation: 'ListTasks' },
    with: { code: 'ThrottlingException' },
  },
  with: {
    code: usually('InternalException', text('The type of the error. Default: InternalException')),
    status: wholeNumber('The status of the answer. Default: what belongs to the code, else 400', {
      from: 400,
      to: 599,
    }),
    message: text('Its message'),
    errorCode: text('The member errorCode, such as InvalidParameter'),
  },
  seams: ({ code, status, message, errorCode }) => ({
    beforeCall() {
      const known = KNOWN[code];
      throw new ServiceError(
        code,
        status ?? known?.status ?? 400,
        message ?? known?.message ?? '',
        errorCode,
      );
    },
  }),
});
