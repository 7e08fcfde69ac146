/** One thing that was looked at. */
export interface Finding {
  /** `bad` things stop something from working; `note`s only might. */
  readonly is: 'good' | 'note' | 'bad';
  readonly about: string;
  readonly says: string;
  /** What to do, where there is something to do. */
  readonly next?: string;
}

const MARKS = { good: 'ok  ', note: 'note', bad: 'BAD ' } as const;

/** As a line or two for people. */
export function findingText({ is, about, says, next }: Finding): string {
  const line = `${MARKS[is]}  ${about}: ${says}`;
  return next === undefined ? line : `${line}\n        ${next}`;
}

/** What an error says, its code first where it has one. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code;
  return code !== undefined && !cause.message.includes(code) ? `${code}: ${cause.message}` : cause.message;
}
