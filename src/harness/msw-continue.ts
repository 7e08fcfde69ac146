import { ClientRequest } from 'node:http';

/**
 * Lets a client send its body that waits for `100 Continue`, as SDKs do before a large upload: msw 2 answers no such
 * wish, and clients then wait for six seconds. Does nothing for a request that did not come from node:http.
 */
export function letContinue(request: Request): void {
  if (request.headers.get('expect')?.toLowerCase() !== '100-continue') return;
  const sender = senderOf(request);
  if (sender instanceof ClientRequest) sender.emit('continue');
}

/** What msw's interceptors keep with a request; their `getRawRequest` reads the same, but is not a package of ours. */
function senderOf(request: Request): unknown {
  const key = Object.getOwnPropertySymbols(request).find(({ description }) => description === 'kRawRequest');
  return key && Reflect.get(request, key);
}
