import { StorageError } from '../storage/backend.ts';
import { sourceChange } from './source-change.ts';

export const sourceBecomesLink = sourceChange({
  name: 'source-becomes-link',
  summary: 'A file of the source is replaced by a symbolic link after it was listed.',
  example: { fault: 'source-becomes-link', where: { path: '/one' }, when: { times: 1 } },
  change: async ({ storage, path }) => {
    if (!storage.makeSymlink) {
      throw new StorageError('Unsupported', path, `${storage.label} has no symbolic links.`);
    }
    await storage.remove(path);
    await storage.makeSymlink(path, 'elsewhere', {});
  },
});
