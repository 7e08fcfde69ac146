/** Ends the program with a message for people and an exit code. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: number;

  /** @param exitCode 1: it did not work; 2: it was asked for in a wrong way, or what it needs is not to be reached */
  constructor(message: string, exitCode: number, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Errors whose messages are for people already, with their exit codes. */
const SPEAKING: ReadonlyMap<string, number> = new Map([
  ['ConfigError', 2],
  ['StoreError', 1],
]);

/** What to say about whatever was thrown, without its stack, and the exit code that belongs to it. */
export function explained(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof Failure) return { message: error.message, exitCode: error.exitCode };
  const known = error instanceof Error ? SPEAKING.get(error.name) : undefined;
  if (error instanceof Error && known !== undefined) return { message: error.message, exitCode: known };
  const message = error instanceof Error ? error.message : String(error);
  return { message: `It stopped because of something unforeseen: ${message}`, exitCode: 1 };
}
