import { s3ServerSuite } from './s3-suite.ts';

await s3ServerSuite('radosgw');
