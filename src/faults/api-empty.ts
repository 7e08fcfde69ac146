import { spoiltAnswerFault } from './spoilt-answer-fault.ts';

export const apiEmpty = spoiltAnswerFault('empty', {
  name: 'api-empty',
  summary: 'The answer is a 200 without a body.',
  example: { fault: 'api-empty', where: { operation: 'ListTasks' } },
});
