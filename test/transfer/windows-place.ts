// A storage of Windows for tests of the engine: files in memory, and beside them what only Windows keeps.

import type { RelPath } from '../../src/base/path.ts';
import type {
  Backend,
  Entry,
  Listed,
  SecurityParts,
  Stamp,
  WindowsSecurity,
} from '../../src/storage/backend.ts';
import { wrap } from '../../src/storage/wrap.ts';
import { inMemory } from './places.ts';

/** What Windows keeps of one path. */
export interface WindowsSide {
  readonly createdNs?: bigint;
  readonly windowsAttributes?: number;
  readonly security?: WindowsSecurity;
}

export interface WindowsPlace {
  readonly backend: Backend;
  readonly kept: Map<string, WindowsSide>;
  /** Which parts of security listings and looks were asked for. */
  readonly asked: Set<SecurityParts | undefined>;
}

export interface WindowsWishes {
  /** Attributes that it never sets. */
  readonly lacks?: number;
  /** Fails the stamping of these. */
  readonly refuses?: (stamp: Stamp) => Error | undefined;
}

export async function windowsPlace({ lacks = 0, refuses }: WindowsWishes = {}): Promise<WindowsPlace> {
  const inner = await inMemory();
  const kept = new Map<string, WindowsSide>();
  const asked = new Set<SecurityParts | undefined>();
  const shown = (entry: Entry, parts: SecurityParts | undefined): Entry => {
    const { security, ...side } = kept.get(entry.path) ?? {};
    const { atimeNs } = entry.metadata;
    const told = security && parts && { security: partsOf(security, parts) };
    return { ...entry, metadata: { ...(atimeNs !== undefined && { atimeNs }), ...side, ...told } };
  };
  const keep = (path: RelPath, { createdNs, windowsAttributes, security }: Stamp) => {
    const before = kept.get(path) ?? {};
    kept.set(path, {
      ...before,
      ...(createdNs !== undefined && { createdNs }),
      ...(windowsAttributes !== undefined && { windowsAttributes: windowsAttributes & ~lacks }),
      ...(security && { security: { ...before.security, ...security } }),
    });
  };
  const allowed = (stamp: Stamp) => {
    const refusal = refuses?.(stamp);
    if (refusal) throw refusal;
    const { mode, uid, gid, ...rest } = stamp;
    if (mode !== undefined || uid !== undefined || gid !== undefined)
      throw new Error('Windows was given a mode or an owner of POSIX.');
    return rest;
  };
  const backend = wrap(inner, {
    capabilities: {
      ...inner.capabilities,
      mtimePrecisionNs: 100n,
      refusedNames: /[:*]/,
      metadata: new Set(['atimeNs', 'createdNs', 'windowsAttributes', 'security']),
    },
    async *list(directory, options): AsyncGenerator<Listed> {
      asked.add(options?.security);
      for await (const item of inner.list(directory, options)) {
        if (item.kind === 'unusable') yield item;
        else yield shown(item.partial ? await inner.stat(item.path) : item, options?.security);
      }
    },
    stat: async (path, options) => {
      asked.add(options?.security);
      return shown(await inner.stat(path, options), options?.security);
    },
    readSmall: async (path, options) => {
      asked.add(options.security);
      const { entry, content } = (await inner.readSmall?.(path, options)) ?? {
        entry: await inner.stat(path),
      };
      return { entry: shown(entry, options.security), ...(content && { content }) };
    },
    write: async (path, body, stamp, options) => {
      const written = await inner.write(path, body, allowed(stamp), options);
      keep(path, stamp);
      return written;
    },
    makeDirectory: async (path, stamp, options) => {
      await inner.makeDirectory(path, allowed(stamp), options);
      keep(path, stamp);
    },
    setMetadata: async (path, stamp, options) => {
      await inner.setMetadata(path, allowed(stamp), options);
      keep(path, stamp);
      return undefined;
    },
  });
  return { backend, kept, asked };
}

function partsOf({ sacl, ...rest }: WindowsSecurity, parts: SecurityParts): WindowsSecurity {
  return parts === 'owner-dacl-sacl' && sacl !== undefined ? { ...rest, sacl } : rest;
}
