import { type Driver, StorageError } from './backend.ts';

export interface UnbuiltConfig {
  /** For people: the location's URI. */
  readonly label: string;
  /** What is missing and what to do instead, one or two sentences. */
  readonly message: string;
}

/** A storage this version cannot reach. It refuses loudly; it never pretends. */
export const unbuilt: Driver<UnbuiltConfig> = {
  async open({ label, message }) {
    throw new StorageError('Unsupported', label, message, { retryable: false });
  },
};
