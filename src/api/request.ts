import type { SignableRequest } from '../base/sigv4.ts';

/** A whole request, whatever carried it. */
export interface ApiRequest extends SignableRequest {
  readonly body: Uint8Array;
}

/** A whole answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The connection is reset instead. */
  readonly reset?: boolean;
  /** For the access log; never sent. */
  readonly about: Readonly<Record<string, string>>;
}

/** The last of a header's values; undefined when it is missing. */
export function headerOf(request: SignableRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.at(-1);
}
