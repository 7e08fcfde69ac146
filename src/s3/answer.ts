import type { ServerResponse } from 'node:http';
import type { Content } from './object-store.ts';

/** What goes back to the client. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** XML, or bytes of an object; none for an empty body. */
  readonly body?: string | AnswerBytes;
}

export interface AnswerBytes {
  readonly content: Content;
  readonly start: number;
  /** Not included. */
  readonly end: number;
}

/** 200 with an XML body. */
export function xmlAnswer(body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { ...headers, 'content-type': 'application/xml' }, body };
}

function drained(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle);
      response.off('close', settle);
      resolve(!response.destroyed);
    };
    response.on('drain', settle);
    response.on('close', settle);
  });
}

async function sendBytes(response: ServerResponse, { content, start, end }: AnswerBytes): Promise<void> {
  if (end - start <= 65_536) {
    const chunks: Buffer[] = [];
    for await (const chunk of content.read(start, end)) chunks.push(chunk);
    response.end(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    return;
  }
  for await (const chunk of content.read(start, end)) {
    if (!response.write(chunk) && !(await drained(response))) return;
  }
  response.end();
}

/** Sends `answer`; a HEAD request gets its headers only. */
export async function send(
  response: ServerResponse,
  answer: Answer,
  ids: Readonly<Record<string, string>>,
  headOnly: boolean,
): Promise<void> {
  const { status, body, headers = {} } = answer;
  const lengthBytes =
    body === undefined ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.end - body.start;
  const flat: string[] = [];
  for (const name in ids) flat.push(name, ids[name] as string);
  for (const name in headers) flat.push(name, headers[name] as string);
  if (status !== 204 && status !== 304 && !('content-length' in headers)) {
    flat.push('content-length', String(lengthBytes));
  }
  response.writeHead(status, flat);
  if (headOnly || body === undefined) response.end();
  else if (typeof body === 'string') response.end(body);
  else await sendBytes(response, body);
}
