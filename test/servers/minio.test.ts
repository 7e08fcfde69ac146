import { s3ServerSuite } from './s3-suite.ts';

await s3ServerSuite('minio', {
  'a file may have the name of a directory beside it where directories are implied':
    'MinIO keeps keys as files: a key cannot be the beginning of another one',
});
