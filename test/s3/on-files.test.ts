import { keepInFiles } from './start.ts';

// Clients must not see where things are kept: the same tests once more.
keepInFiles();
await import('./objects.test.ts');
await import('./listing.test.ts');
await import('./multipart.test.ts');
await import('./raw-requests.test.ts');
