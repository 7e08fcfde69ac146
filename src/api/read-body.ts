import type { IncomingMessage } from 'node:http';

/**
 * The whole body of a request, or undefined when it is longer than `limitBytes`: what then still comes is
 * thrown away as it comes, so that an answer can be sent before the client has finished.
 * @throws Error when the client goes away before the end
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array | undefined> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) {
    request.resume();
    return Promise.resolve(undefined);
  }
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    request.on('data', (chunk: Uint8Array) => {
      bytes += chunk.byteLength;
      if (bytes <= limitBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(undefined);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('The client went away before the end of its request.')));
  });
}
