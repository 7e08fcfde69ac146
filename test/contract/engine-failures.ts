import { relPath } from '../../src/base/path.ts';
import { type Backend, StorageError } from '../../src/storage/backend.ts';
import { wrap } from '../../src/storage/wrap.ts';
import { impliedDirectories, type Story } from './engine-story.ts';

const broken = (path: string, kind: StorageError['kind'] = 'PermissionDenied') =>
  new StorageError(kind, path, 'Permission denied');

/** Reading this path fails, after a first chunk if there is one. */
const unreadable =
  (bad: string, afterBytes = 0) =>
  (inner: Backend) =>
    wrap(inner, {
      async *read(path, options) {
        if (path !== bad) return yield* inner.read(path, options);
        if (afterBytes > 0) yield Buffer.alloc(afterBytes);
        throw broken(path);
      },
    });

/** Listing this directory fails after so many items. */
const unlistable =
  (bad: string, after = 0) =>
  (inner: Backend) =>
    wrap(inner, {
      async *list(path, options) {
        if (path !== bad) return yield* inner.list(path, options);
        let left = after;
        for await (const item of inner.list(path, options)) if (left-- > 0) yield item;
        throw broken(path);
      },
    });

const unwritable =
  (bad: string, kind: StorageError['kind'] = 'NoSpace') =>
  (inner: Backend) =>
    wrap(inner, {
      write: async (path, body, stamp, options) => {
        if (path === bad) throw broken(path, kind);
        return await inner.write(path, body, stamp, options);
      },
    });

/** What a run does with items that fail. */
export const failureStories: Readonly<Record<string, Story>> = {
  'an unreadable file is one failure, the rest arrives': {
    source: { 'd/bad': '1', 'd/good': '2', x: '3' },
    wrapSource: unreadable('d/bad'),
    tree: { 'd/good': '2', x: '3' },
    told: [
      'transferred /',
      'transferred d/',
      'transferred d/good',
      'transferred x',
      'failed transfer source PermissionDenied d/bad',
    ],
    phases: ['prepare true', 'transfer false', 'verify true'],
  },
  'a file that breaks off leaves what was there before': {
    source: { f: 'new content' },
    destination: { f: 'old' },
    wrapSource: unreadable('f', 5),
    options: { verify: 'everything' },
    tree: { f: 'old' },
    told: ['skipped unchanged /', 'failed transfer source PermissionDenied f'],
    phases: ['prepare true', 'transfer false', 'verify true'],
  },
  'the same in a pipeline': {
    source: { f: 'new content', g: '2' },
    wrapSource: unreadable('f', 5),
    options: { order: 'pipelined' },
    tree: { g: '2' },
    told: ['transferred /', 'transferred g', 'failed transfer source PermissionDenied f'],
    phases: ['prepare true', 'transfer false', 'verify true'],
  },
  'a destination that refuses one file': {
    source: { a: '1', b: '2' },
    wrapDestination: unwritable('a'),
    tree: { b: '2' },
    told: ['transferred /', 'transferred b', 'failed transfer destination NoSpace a'],
  },
  'after a listing error at the source nothing is removed anywhere': {
    source: { 'bad/a': '1', 'good/b': '2' },
    destination: { 'bad/a': '1', 'bad/extra': '3', 'good/extra': '4' },
    wrapSource: unlistable('bad'),
    options: { removeExtra: true, verify: 'everything' },
    tree: { 'bad/a': '1', 'bad/extra': '3', 'good/b': '2', 'good/extra': '4' },
    told: [
      'skipped unchanged /',
      'skipped unchanged bad/',
      'skipped unchanged good/',
      'transferred good/b',
      'failed list source PermissionDenied bad/',
      'mismatched only destination good/extra',
      'warned ',
    ],
    phases: ['prepare false', 'transfer true', 'verify false'],
  },
  'a listing that breaks off takes nothing for missing': {
    source: { 'bad/a': '1', 'bad/b': '2', 'bad/c': '3' },
    destination: { 'bad/a': '1', 'bad/b': '2', 'bad/c': '3' },
    wrapSource: unlistable('bad', 1),
    options: { removeExtra: true },
    tree: { 'bad/a': '1', 'bad/b': '2', 'bad/c': '3' },
    told: [
      'skipped unchanged /',
      'skipped unchanged bad/',
      'skipped unchanged bad/a',
      'failed list source PermissionDenied bad/',
    ],
  },
  'after a listing error at the destination nothing is removed either': {
    source: { 'bad/a': '1', 'good/b': '2' },
    destination: { 'bad/a': '1', 'good/extra': '4' },
    wrapDestination: unlistable('bad'),
    options: { removeExtra: true },
    tree: { 'bad/a': '1', 'good/b': '2', 'good/extra': '4' },
    told: [
      'skipped unchanged /',
      'skipped unchanged bad/',
      'skipped unchanged good/',
      'transferred good/b',
      'failed list destination PermissionDenied bad/',
      'warned ',
    ],
  },
  'a pipeline removes nothing after a listing error': {
    source: { 'bad/a': '1' },
    destination: { 'bad/a': '1', extra: '4' },
    wrapSource: unlistable('bad'),
    options: { removeExtra: true, order: 'pipelined' },
    tree: { 'bad/a': '1', extra: '4' },
    told: [
      'skipped unchanged /',
      'skipped unchanged bad/',
      'failed list source PermissionDenied bad/',
      'warned ',
    ],
  },
  'what cannot be removed is one failure': {
    source: {},
    destination: { 'd/stays': '1', goes: '2' },
    wrapDestination: (inner) =>
      wrap(inner, {
        remove: async (path, options) => {
          if (path === 'd/stays') throw broken(path);
          await inner.remove(path, options);
        },
      }),
    unless: impliedDirectories,
    options: { removeExtra: true },
    tree: { 'd/stays': '1' },
    told: [
      'skipped unchanged /',
      'deleted goes',
      'failed delete destination PermissionDenied d/stays',
      'failed delete destination DirectoryNotEmpty d/',
    ],
  },
  'a file over a directory fails and nothing is lost': {
    source: { a: 'file', 'b/c': '1' },
    destination: { 'a/inside': '2', b: 'file' },
    unless: impliedDirectories,
    tree: { 'a/inside': '2', b: 'file' },
    told: [
      'skipped unchanged /',
      'failed transfer destination IsADirectory a',
      'failed transfer destination AlreadyExists b/',
      'failed transfer destination NotADirectory b/c',
    ],
  },
  'a file over a directory is possible when extras go': {
    source: { a: 'file', 'b/c': '1' },
    destination: { 'a/inside': '2', b: 'file' },
    unless: impliedDirectories,
    options: { removeExtra: true },
    tree: { a: 'file', 'b/c': '1' },
    told: [
      'skipped unchanged /',
      'deleted a/',
      'deleted a/inside',
      'deleted b',
      'transferred a',
      'transferred b/',
      'transferred b/c',
    ],
  },
  'a file over a directory is possible in a pipeline that removes': {
    source: { a: 'file', 'b/c': '1' },
    destination: { 'a/inside': '2', b: 'file' },
    unless: impliedDirectories,
    options: { removeExtra: true, order: 'pipelined' },
    tree: { a: 'file', 'b/c': '1' },
    told: [
      'skipped unchanged /',
      'deleted a/',
      'deleted a/inside',
      'deleted b',
      'transferred a',
      'transferred b/',
      'transferred b/c',
    ],
    verified: 3,
  },
  'what is in the way is left when nothing is to be overwritten': {
    source: { a: 'file' },
    destination: { 'a/inside': '2' },
    unless: impliedDirectories,
    options: { overwrite: false },
    tree: { 'a/inside': '2' },
    told: ['skipped exists /', 'skipped exists a'],
  },
  'what has a file for its parent there fails, though nothing may be overwritten': {
    source: { 'a/b': 'new' },
    destination: { a: 'file' },
    unless: impliedDirectories,
    options: { overwrite: false },
    tree: { a: 'file' },
    told: ['skipped exists /', 'skipped exists a/', 'failed transfer destination NotADirectory a/b'],
    phases: ['prepare true', 'transfer false', 'verify true'],
  },
  'names that are too long for the destination fail alone': {
    source: { ['n'.repeat(60)]: '1', short: '2' },
    wrapDestination: (inner) => wrap(inner, { capabilities: { ...inner.capabilities, maxNameBytes: 50 } }),
    tree: { short: '2' },
    told: ['transferred /', 'transferred short', `failed prepare destination NameTooLong ${'n'.repeat(60)}`],
    phases: ['prepare false', 'transfer true', 'verify true'],
  },
  'names that the destination does not tell apart fail': {
    source: { 'D/x': '1', 'd/y': '2', Readme: '3', readme: '4' },
    wrapDestination: (inner) =>
      wrap(inner, { capabilities: { ...inner.capabilities, caseSensitive: false } }),
    tree: { 'D/x': '1', Readme: '3' },
    told: [
      'transferred /',
      'transferred D/',
      'transferred D/x',
      'transferred Readme',
      'failed prepare destination AlreadyExists d/',
      'failed prepare destination AlreadyExists readme',
    ],
  },
  'a file that is too large for the destination fails alone': {
    source: { big: '123456', small: '1' },
    wrapDestination: (inner) => wrap(inner, { capabilities: { ...inner.capabilities, maxFileBytes: 5 } }),
    tree: { small: '1' },
    told: ['transferred /', 'transferred small', 'failed prepare destination TooLarge big'],
  },
  'a destination without links': {
    source: { l: '-> f', f: '1' },
    unless: (source) => (source.makeSymlink ? undefined : 'there are no links'),
    wrapDestination: (inner) => {
      const { makeSymlink, ...rest } = wrap(inner, {});
      return rest;
    },
    tree: { f: '1' },
    told: ['transferred /', 'transferred f', 'failed prepare destination Unsupported l'],
  },
  'what is no name is told, and what is neither file nor link is left': {
    source: { f: '1', pipe: '2', disk: '3' },
    wrapSource: (inner) =>
      wrap(inner, {
        async *list(path, options) {
          for await (const item of inner.list(path, options)) {
            if (item.kind === 'file' && item.path === 'disk')
              yield { ...(await inner.stat(item.path)), kind: 'device' };
            else if (item.kind === 'file' && item.path === 'pipe')
              yield { ...(await inner.stat(item.path)), kind: 'other' };
            else yield item;
          }
          yield { kind: 'unusable', shown: '\\xff', error: broken('\\xff', 'InvalidName') };
        },
      }),
    options: { verify: 'everything' },
    tree: { f: '1' },
    told: [
      'transferred /',
      'transferred f',
      'skipped unsupported-kind disk',
      'skipped unsupported-kind pipe',
      'failed prepare source InvalidName \\xff',
    ],
    phases: ['prepare false', 'transfer true', 'verify true'],
  },
  'a manifest entry that is not there fails alone': {
    source: { a: '1' },
    manifest: 'missing/file\na\n../up\n',
    tree: { a: '1' },
    told: [
      'transferred a',
      'failed prepare source NotFound missing/file',
      'failed prepare source InvalidName ../up',
    ],
  },
  'an archived object is skipped': {
    source: { cold: '1', warm: '2' },
    wrapSource: (inner) =>
      wrap(inner, {
        async *list(path, options) {
          for await (const item of inner.list(path, options)) {
            if (item.kind !== 'file' || item.path !== 'cold') yield item;
            else {
              const entry = await inner.stat(item.path);
              yield { ...entry, metadata: { ...entry.metadata, archived: true } };
            }
          }
        },
      }),
    tree: { warm: '2' },
    told: ['transferred /', 'transferred warm', 'skipped archived cold'],
  },
  'a directory that cannot be stamped is one failure': {
    source: { 'd/f': '1' },
    wrapDestination: (inner) =>
      wrap(inner, {
        makeDirectory: async (path, stamp, options) => {
          if (path === 'd') throw broken(path);
          await inner.makeDirectory(path, stamp, options);
        },
      }),
    tree: { 'd/f': '1' },
    told: ['transferred /', 'transferred d/f', 'failed transfer destination PermissionDenied d/'],
    async after(t, _, destination) {
      t.equal((await destination.stat(relPath('d/f'))).sizeBytes, 1);
    },
  },
};
