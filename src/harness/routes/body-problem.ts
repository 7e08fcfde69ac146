import type { ErrorObject } from 'ajv';

/** What is wrong with a request's body, in a sentence that names the member. */
export function problemOfBody(error: ErrorObject | undefined): string {
  if (error?.keyword === 'additionalProperties')
    return `There is no member ${String(error.params['additionalProperty'])}.`;
  const member = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  return `${member === '' ? 'The body' : member} ${error?.message ?? 'is not what is wanted'}.`;
}
