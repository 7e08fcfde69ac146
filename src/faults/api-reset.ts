import { spoiltAnswerFault } from './spoilt-answer-fault.ts';

export const apiReset = spoiltAnswerFault('reset', {
  name: 'api-reset',
  summary: 'The connection is reset instead of an answer.',
  example: { fault: 'api-reset', where: { operation: 'ListTasks' } },
});
