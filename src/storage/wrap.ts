import type { Backend } from './backend.ts';

/**
 * `inner` with some methods replaced. What is not replaced goes to `inner`; a replacement that wants the
 * original calls `inner` itself. Closing the wrapped backend closes `inner`. `readSmall` is left out, so that
 * a replaced `stat` or `read` holds for all looks and reads.
 */
export function wrap(inner: Backend, replaced: Partial<Backend>): Backend {
  const { makeSymlink, makeHardLink, makeDevice } = inner;
  return {
    label: inner.label,
    capabilities: inner.capabilities,
    list: (directory, options) => inner.list(directory, options),
    stat: (path, options) => inner.stat(path, options),
    read: (path, options) => inner.read(path, options),
    write: (path, body, stamp, options) => inner.write(path, body, stamp, options),
    makeDirectory: (path, stamp, options) => inner.makeDirectory(path, stamp, options),
    remove: (path, options) => inner.remove(path, options),
    setMetadata: (path, stamp, options) => inner.setMetadata(path, stamp, options),
    ...(makeSymlink && { makeSymlink: makeSymlink.bind(inner) }),
    ...(makeHardLink && { makeHardLink: makeHardLink.bind(inner) }),
    ...(makeDevice && { makeDevice: makeDevice.bind(inner) }),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    ...replaced,
  };
}
