import { defineFault } from './fault.ts';
import { required, text, usually } from './members.ts';
import type { When } from './rule.ts';
import { endOfRun } from './told-to-end.ts';

export const executionEnds = defineFault({
  name: 'execution-ends',
  kind: 'execution',
  summary:
    'An execution ends in ERROR with the ErrorCode and ErrorDetail of your choice, before a phase or in its middle.',
  example: {
    fault: 'execution-ends',
    where: { phase: 'transfer' },
    with: { errorCode: 'NoMem', errorDetail: 'Cannot allocate memory' },
  },
  with: {
    errorCode: required(text('Such as NoMem, EniNotFound or FsNfsIdMappingEnabled')),
    errorDetail: usually('The task execution ended because of a fault rule.', text('The sentence beside it')),
  },
  seams: ({ errorCode, errorDetail }, when) => {
    const end = () => {
      throw endOfRun(errorCode, errorDetail);
    };
    return isInTheMiddle(when) ? { storage: end } : { beforePhase: end };
  },
});

const isInTheMiddle = ({ afterFiles, afterBytes, afterPart }: When) =>
  (afterFiles ?? afterBytes ?? afterPart) !== undefined;
