import { spoiltAnswerFault } from './spoilt-answer-fault.ts';

export const apiMalformed = spoiltAnswerFault('malformed', {
  name: 'api-malformed',
  summary: 'The answer is a 200 whose body breaks off in the middle of its JSON.',
  example: { fault: 'api-malformed', where: { operation: 'ListTasks' } },
});
