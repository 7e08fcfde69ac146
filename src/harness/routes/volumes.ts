import { Ajv } from 'ajv';
import { json, type Request, type Response } from 'express';
import { pathProblem, type RelPath, ROOT, relPath } from '../../base/path.ts';
import { systemClock } from '../../base/system-clock.ts';
import { type Backend, type Stamp, StorageError, type StorageErrorKind } from '../../storage/backend.ts';
import { openBackend } from '../../storage/index.ts';
import type { Volumes } from '../../storage/volumes.ts';
import { digestOf } from '../trees/digest.ts';
import { instantOf, shownEntry } from '../trees/shown-entry.ts';
import { BadArchive, untar } from '../trees/tar-in.ts';
import { tarOf } from '../trees/tar-out.ts';
import { problemOfBody } from './body-problem.ts';
import type { Inside, OwnRoute } from './own-route.ts';

/** In-memory volumes: what is in them, put there, taken away, changed, packed. */
export const volumeRoutes: OwnRoute = {
  forms: [
    'volumes (GET)',
    'volumes/NAME/PATH (GET, PUT, PATCH, DELETE; ?stat, ?digest, ?tar, ?directory, ?link=TARGET)',
  ],
  add(routes, inside) {
    routes.get('/volumes', async (_request, response) => {
      response.json({ volumes: (await inside()).volumes.names() });
    });
    const at = '/volumes/:volume{/*path}';
    routes.get(at, answering(inside, get));
    routes.put(at, answering(inside, put));
    routes.patch(at, json({ type: () => true }), answering(inside, patch));
    routes.delete(at, answering(inside, remove));
  },
};

/** One thing in a volume, and the request about it. */
interface Asked {
  readonly request: Request;
  readonly response: Response;
  readonly volumes: Volumes;
  readonly volume: string;
  readonly path: RelPath;
  readonly backend: Backend;
}

/** A request that cannot be done as it was asked. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const STATUS: Partial<Record<StorageErrorKind, number>> = {
  NotFound: 404,
  NotADirectory: 409,
  IsADirectory: 409,
  AlreadyExists: 409,
  DirectoryNotEmpty: 409,
  TooLarge: 413,
  NameTooLong: 400,
  InvalidName: 400,
};

function answering(inside: () => Promise<Inside>, answer: (asked: Asked) => Promise<unknown>) {
  return async (request: Request, response: Response): Promise<void> => {
    const { volumes } = await inside();
    const volume = String(request.params['volume']);
    try {
      const path = pathOf(request.params['path']);
      // A volume exists as soon as somebody names it: who only looks shall not make one.
      if (request.method !== 'PUT' && !volumes.names().includes(volume)) throw noVolume(volume, volumes);
      const target = { driver: 'memory', volume, root: '/' } as const;
      await using backend = await openBackend(target, { volumes, clock: systemClock() });
      await answer({ request, response, volumes, volume, path, backend });
    } catch (error) {
      const status = statusOf(error);
      if (status === undefined || response.headersSent) throw error;
      response.status(status).json({ message: messageOf(error, volume) });
    }
  };
}

function pathOf(names: unknown): RelPath {
  const text = [names ?? []]
    .flat()
    .filter((name) => name !== '')
    .join('/');
  const problem = pathProblem(text);
  if (problem) throw new Refused(400, `${JSON.stringify(text)} is no path in a volume: ${problem}.`);
  return relPath(text);
}

function noVolume(volume: string, volumes: Volumes): Refused {
  const there = volumes.names().join(', ') || 'none';
  return new Refused(404, `There is no volume ${volume}. There are: ${there}. A PUT makes one.`);
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof Refused) return error.status;
  if (error instanceof BadArchive) return 400;
  return error instanceof StorageError ? (STATUS[error.kind] ?? 500) : undefined;
}

function messageOf(error: unknown, volume: string): string {
  return error instanceof StorageError
    ? `${volume}/${error.path.replace(/^\/+/, '')}: ${error.message}.`
    : (error as Error).message;
}

async function get({ request, response, path, backend }: Asked): Promise<void> {
  const entry = await backend.stat(path);
  if ('stat' in request.query) return void response.json(shownEntry(entry));
  if ('digest' in request.query) return void response.json(await digestOf(backend, path));
  if ('tar' in request.query) {
    response.type('application/x-tar');
    return await sent(tarOf(backend, path), response);
  }
  if (entry.kind === 'file') {
    response.type('application/octet-stream').setHeader('content-length', entry.sizeBytes);
    return await sent(backend.read(path), response);
  }
  const entries = [];
  if (entry.kind === 'directory') {
    for await (const item of backend.list(path)) {
      entries.push(
        item.kind === 'unusable' ? { name: item.shown, problem: item.error.message } : shownEntry(item),
      );
    }
  }
  response.json({ ...shownEntry(entry), ...(entry.kind === 'directory' && { entries }) });
}

/** The backend is open until everything is sent. */
async function sent(body: AsyncIterable<Uint8Array>, response: Response): Promise<void> {
  for await (const chunk of body) {
    if (response.destroyed) return;
    if (!response.write(chunk))
      await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}

async function put({ request, response, path, backend, volume }: Asked): Promise<void> {
  const stamp = stampOf(request.query);
  if ('tar' in request.query) return void response.json(await untar(request, backend, path));
  if (typeof request.query['link'] === 'string')
    await backend.makeSymlink?.(path, request.query['link'], stamp);
  else if ('directory' in request.query || path === ROOT) await backend.makeDirectory(path, stamp);
  else await backend.write(path, request as AsyncIterable<Uint8Array>, stamp);
  response.status(201).json({ volume, path, ...shownEntry(await backend.stat(path)) });
}

const PATCH = {
  type: 'object',
  properties: {
    mode: { type: 'string', pattern: '^[0-7]{1,4}$' },
    uid: { type: 'integer', minimum: 0, maximum: 0xffff_ffff },
    gid: { type: 'integer', minimum: 0, maximum: 0xffff_ffff },
    mtime: { type: ['string', 'number'] },
    atime: { type: ['string', 'number'] },
  },
  additionalProperties: false,
  minProperties: 1,
} as const;

const isPatch = new Ajv({ allowUnionTypes: true }).compile<Readonly<Record<string, string | number>>>(PATCH);

async function patch({ request, response, path, backend }: Asked): Promise<void> {
  const body: unknown = request.body;
  if (!isPatch(body)) throw new Refused(400, problemOfBody(isPatch.errors?.[0]));
  await backend.setMetadata(path, stampOf(body));
  response.json(shownEntry(await backend.stat(path)));
}

/** @throws Refused, with the member named */
function stampOf(wish: Readonly<Record<string, unknown>>): Stamp {
  const number = (member: string, form: RegExp, base: number) => {
    const text = wish[member];
    if (text === undefined) return {};
    if (!form.test(String(text))) throw new Refused(400, `${member}=${String(text)} is not what is wanted.`);
    return { [member]: Number.parseInt(String(text), base) };
  };
  const instant = (member: 'mtime' | 'atime') => {
    const text = wish[member];
    if (text === undefined) return {};
    const ns = instantOf(String(text));
    if (ns === undefined)
      throw new Refused(
        400,
        `${member}=${String(text)} is no instant. Write it as 2026-01-01T00:00:00Z, or in seconds since 1970.`,
      );
    return { [`${member}Ns`]: ns };
  };
  return {
    ...number('mode', /^[0-7]{1,4}$/, 8),
    ...number('uid', /^\d{1,10}$/, 10),
    ...number('gid', /^\d{1,10}$/, 10),
    ...instant('mtime'),
    ...instant('atime'),
  };
}

async function remove({ response, path, backend, volumes, volume }: Asked): Promise<void> {
  if (path === ROOT) volumes.remove(volume);
  else {
    await backend.stat(path);
    await removeAll(backend, path);
  }
  response.json({ removed: path === ROOT ? volume : `${volume}/${path}` });
}

async function removeAll(backend: Backend, path: RelPath): Promise<void> {
  if ((await backend.stat(path)).kind === 'directory') {
    for await (const item of backend.list(path)) {
      if (item.kind === 'unusable') throw item.error;
      await removeAll(backend, item.path);
    }
  }
  await backend.remove(path);
}
