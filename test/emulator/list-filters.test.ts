import t from 'tap';
import { listLocations } from '../../src/emulator/actions/list-locations.ts';
import { matcher, taskMatcher } from '../../src/emulator/list-filters.ts';
import type { TaskRecord } from '../../src/emulator/records.ts';
import { contextOf, refusal, scope, someLocation, testPlane } from './fixture.ts';

const AT = Date.UTC(2019, 11, 15, 17, 15, 20, 500);

const time = (Operator: string, ...Values: string[]) => {
  const fits = matcher([{ Name: 'CreationTime', Operator, Values }], {
    CreationTime: { type: 'time', of: (at: number) => at },
  });
  return fits(AT);
};

const text = (Operator: string, ...Values: string[]) =>
  matcher([{ Name: 'LocationUri', Operator, Values }], {
    LocationUri: { type: 'text', of: (uri: string) => [uri] },
  })('nfs://nas/export/');

t.test('an operator that is not for the name is refused, with those that are', async (t) => {
  for (const operator of ['In', 'Contains', 'NotContains', 'BeginsWith']) {
    const error = await refusal(() => time(operator, '2019-12-15 17:15:20'));
    t.equal(error.name, 'InvalidRequestException', operator);
    t.match(error.message, /CreationTime.*GreaterThanOrEqual/);
  }
  for (const operator of ['LessThan', 'LessThanOrEqual', 'GreaterThan', 'GreaterThanOrEqual']) {
    t.match((await refusal(() => text(operator, 'nfs'))).message, /LocationUri.*BeginsWith/, operator);
  }
});

t.test('what is no time is refused, with the form', async (t) => {
  const wrong = [
    'yesterday',
    '2019-12-15:17:15:20',
    '2019-02-30 00:00:00',
    '2019-13-01',
    '15',
    '2019-12-15 25:00:00',
  ];
  for (const value of wrong) {
    t.match((await refusal(() => time('Equals', value))).message, /yyyy-MM-dd HH:mm:ss/, value);
  }
  t.match(
    (await refusal(() => time('Equals', '2019-12-15 17:15:20', 'x'))).message,
    /"x"/,
    'the second value',
  );
});

t.test('a filter without values, or of an unknown name, is refused', async (t) => {
  t.match((await refusal(() => time('Equals'))).message, /no values/);
  t.match(
    (await refusal(() => taskMatcher([{ Name: undefined, Values: ['x'], Operator: 'In' }]))).message,
    /LocationId/,
  );
});

t.test('operators of texts', async (t) => {
  t.equal(text('Equals', 'nfs://nas/export/'), true);
  t.equal(text('Equals', 'nfs://nas/export'), false);
  t.equal(text('NotEquals', 'nfs://nas/export/'), false);
  t.equal(text('NotEquals', 'a', 'b'), true);
  t.equal(text('In', 'a', 'nfs://nas/export/'), true);
  t.equal(text('In', 'a', 'b'), false);
  t.equal(text('Contains', 'nas'), true);
  t.equal(text('NotContains', 'nas'), false);
  t.equal(text('NotContains', 'x', 'nas'), false, 'none of the values may be in it');
  t.equal(text('BeginsWith', 'smb://', 'nfs://'), true);
  t.equal(text('BeginsWith', 'nas'), false);
});

t.test('operators of times, as exact as the value', async (t) => {
  t.equal(time('Equals', '2019-12-15 17:15:20'), true);
  t.equal(time('Equals', '2019-12-15T17:15:20.500Z'), true);
  t.equal(time('Equals', '2019-12-15T17:15:20.400Z'), false);
  t.equal(time('Equals', '2019-12-15T18:15:20+01:00'), true);
  t.equal(time('NotEquals', '2019-12-15 17:15:20'), false);
  t.equal(time('GreaterThan', '2019-12-15 17:15:20'), false);
  t.equal(time('GreaterThan', '2019-12-15 17:15:19'), true);
  t.equal(time('GreaterThan', '2019-12-15'), true);
  t.equal(time('GreaterThanOrEqual', '2019-12-15 17:15:20'), true);
  t.equal(time('LessThan', '2019-12-15 17:15:20'), false);
  t.equal(time('LessThan', '2019-12-16'), true);
  t.equal(time('LessThanOrEqual', '2019-12-15 17:15:20'), true);
});

t.test('a task is found by either of its locations', async (t) => {
  const task = {
    sourceLocationArn: 'arn:loc-a',
    destinationLocationArn: 'arn:loc-b',
    createdAt: AT,
  } as TaskRecord;
  const found = (Operator: 'Equals' | 'NotEquals' | 'Contains', ...Values: string[]) =>
    taskMatcher([{ Name: 'LocationId', Operator, Values }])(task);
  t.equal(found('Equals', 'arn:loc-c'), false);
  t.equal(found('NotEquals', 'arn:loc-b'), false);
  t.equal(found('NotEquals', 'arn:loc-c'), true);
  t.equal(found('Equals', 'arn:loc-b'), true);
  t.equal(found('Contains', 'loc-a'), true);
  t.equal(taskMatcher(undefined)(task), true);
});

t.test('ListLocations: all filters must fit, and pages stay within them', async (t) => {
  const plane = testPlane();
  const context = contextOf(plane);
  const s3 = Array.from({ length: 5 }, (_, index) => someLocation(plane, 'S3', `s3://bucket-${index}/`));
  someLocation(plane, 'Nfs', 'nfs://bucket-1/x/');
  someLocation(plane, 'S3', 's3://bucket-0/', { ...scope, region: 'eu-west-1' });
  for (const each of s3) plane.locations.put({ ...each, settings: { S3BucketArn: 'arn:aws:s3:::b' } });
  const Filters = [
    { Name: 'LocationType', Operator: 'Equals', Values: ['S3'] },
    { Name: 'LocationUri', Operator: 'NotContains', Values: ['bucket-3'] },
  ] as const;
  const mutable = Filters.map((filter) => ({ ...filter, Values: [...filter.Values] }));
  const first = await listLocations({ Filters: mutable, MaxResults: 3 }, context);
  t.strictSame(
    first.Locations?.map(({ LocationUri }) => LocationUri),
    ['s3://bucket-0/', 's3://bucket-1/', 's3://bucket-2/'],
  );
  const { NextToken = '' } = first;
  const second = await listLocations({ Filters: mutable, NextToken }, context);
  t.strictSame(second, { Locations: [{ LocationArn: s3[4]?.arn, LocationUri: 's3://bucket-4/' }] });
  t.match((await refusal(() => listLocations({ NextToken }, context))).message, /NextToken/);
  t.strictSame(
    await listLocations({ Filters: [{ Name: 'LocationType', Operator: 'In', Values: ['EFS'] }] }, context),
    {
      Locations: [],
    },
  );
  t.equal((await listLocations({}, context)).Locations?.length, 6);
});
