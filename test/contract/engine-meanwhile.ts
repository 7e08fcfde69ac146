import { ROOT, relPath } from '../../src/base/path.ts';
import type { Backend } from '../../src/storage/backend.ts';
import { wrap } from '../../src/storage/wrap.ts';
import { STAMP, T0 } from '../transfer/trees.ts';
import { pieces } from './backend-tools.ts';
import type { Story } from './engine-story.ts';

type Act = (source: Backend, destination: Backend) => Promise<void>;

const LATER = T0 + 7_000_000_000n;

/** The root shows no trace of what was done in it. */
const unseen = async (backend: Backend) => {
  if (backend.capabilities.childrenTouchParent) await backend.setMetadata(ROOT, { mtimeNs: T0 });
};

async function rewrite(backend: Backend, path: string, content: string, mtimeNs = LATER): Promise<void> {
  await backend.write(relPath(path), pieces(Buffer.from(content)), { ...STAMP, mtimeNs });
  await unseen(backend);
}

async function remove(backend: Backend, path: string): Promise<void> {
  await backend.remove(relPath(path));
  await unseen(backend);
}

/** Something is done to the locations just before a phase begins. */
function story(
  phase: 'transfer' | 'verify',
  act: Act,
  rest: Omit<Story, 'control' | 'before' | 'source'>,
): Story {
  let places: readonly [Backend, Backend] | undefined;
  return {
    source: { f: 'before', g: 'other' },
    before: async (...both) => {
      places = both;
    },
    control: {
      beforePhase: async (next) => {
        if (next === phase && places) await act(...places);
      },
    },
    ...rest,
  };
}

const ALL = ['transferred /', 'transferred f', 'transferred g'];
const COPIED = { f: 'before', g: 'other' };
const CAUGHT = ['prepare true', 'transfer true', 'verify false'];

/** Reads of `f` give what it was, and then it is another file. */
const writtenWhileRead = (inner: Backend) => {
  let reads = 0;
  return wrap(inner, {
    async *read(path, options) {
      yield* inner.read(path, options);
      if (path === 'f' && reads++ === 0) await rewrite(inner, 'f', 'after it was read');
    },
  });
};

/** What a run does when the locations change under it. @source AWS user guide, "Troubleshooting verification" */
export const meanwhileStories: Readonly<Record<string, Story>> = {
  'a file that grows before it is read is copied as it is read, with the time it had': story(
    'transfer',
    (source) => rewrite(source, 'f', 'before and more'),
    { tree: { f: 'before and more', g: 'other' }, told: [...ALL, 'mismatched mtime f'], phases: CAUGHT },
  ),
  'a file that shrinks before it is read is copied as it is read': story(
    'transfer',
    (source) => rewrite(source, 'f', 'be'),
    { tree: { f: 'be', g: 'other' }, told: [...ALL, 'mismatched mtime f'] },
  ),
  'a file written while it is read differs': {
    source: COPIED,
    wrapSource: writtenWhileRead,
    tree: COPIED,
    told: [...ALL, 'mismatched content,mtime,size f'],
    phases: CAUGHT,
  },
  'a file written while it is read differs in a pipeline': {
    source: COPIED,
    wrapSource: writtenWhileRead,
    options: { order: 'pipelined' },
    tree: COPIED,
    told: [...ALL, 'mismatched content,mtime,size f'],
    phases: CAUGHT,
  },
  'a file rewritten before verification differs': story(
    'verify',
    (source) => rewrite(source, 'f', 'BEFORE'),
    {
      tree: COPIED,
      told: [...ALL, 'mismatched content,mtime f'],
      phases: CAUGHT,
    },
  ),
  'a file rewritten with its old time and size differs': story(
    'verify',
    (source) => rewrite(source, 'f', 'BEFORE', T0),
    {
      tree: COPIED,
      told: [...ALL, 'mismatched content f'],
    },
  ),
  'a file touched before verification differs in its time': story(
    'verify',
    async (source) => void (await source.setMetadata(relPath('f'), { ...STAMP, mtimeNs: LATER })),
    { tree: COPIED, told: [...ALL, 'mismatched mtime f'] },
  ),
  'a file that vanishes before it is read fails': story('transfer', (source) => remove(source, 'f'), {
    tree: { g: 'other' },
    told: ['transferred /', 'transferred g', 'failed transfer source NotFound f'],
    phases: ['prepare true', 'transfer false', 'verify true'],
  }),
  'a destination file removed before verification is missed': story(
    'verify',
    (_, destination) => remove(destination, 'f'),
    {
      tree: { g: 'other' },
      told: [...ALL, 'mismatched only source f'],
    },
  ),
  'a source file removed before verification is missed': story('verify', (source) => remove(source, 'f'), {
    tree: COPIED,
    told: [...ALL, 'mismatched only destination f'],
  }),
  'a source file removed before a full verification is missed, though extras stay': story(
    'verify',
    (source) => remove(source, 'f'),
    { options: { verify: 'everything' }, tree: COPIED, told: [...ALL, 'mismatched only destination f'] },
  ),
  'a destination file spoilt before verification differs': story(
    'verify',
    (_, destination) => rewrite(destination, 'f', 'BEFORE', T0),
    { tree: { f: 'BEFORE', g: 'other' }, told: [...ALL, 'mismatched content f'] },
  ),
  'a file that comes after the listing is missed by a full verification': story(
    'verify',
    (source) => rewrite(source, 'new', '1', T0),
    { options: { verify: 'everything' }, tree: COPIED, told: [...ALL, 'mismatched only source new'] },
  ),
  'a file that comes after the listing is nothing to a verification of what was transferred': story(
    'verify',
    (source) => rewrite(source, 'new', '1', T0),
    { tree: COPIED, told: ALL },
  ),
};
