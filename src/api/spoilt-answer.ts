import type { SpoiltAnswer } from '../faults/fault.ts';
import type { ApiAnswer } from './request.ts';

/** What comes to the client instead of `answer`. */
export function spoilt(answer: ApiAnswer, how: SpoiltAnswer['how']): ApiAnswer {
  const about = { ...answer.about, fault: how };
  switch (how) {
    case 'reset':
      return { ...answer, about, reset: true };
    case 'empty':
      return { ...answer, about, body: '' };
    case 'malformed':
      // Cut in the middle: it begins as JSON does, and is none.
      return {
        ...answer,
        about,
        body: answer.body.slice(0, Math.max(1, Math.floor(answer.body.length / 2))),
      };
  }
}
