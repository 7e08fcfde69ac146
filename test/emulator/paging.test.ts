import fc from 'fast-check';
import t from 'tap';
import { type Listing, page } from '../../src/emulator/paging.ts';
import { refusal, scope } from './fixture.ts';

const list = (items: readonly number[], over: Partial<Listing<number>> = {}): Listing<number> => ({
  operation: 'ListTasks',
  scope,
  items,
  keyOf: (item) => item,
  ...over,
});

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

t.test('a token that is none, or of another list, is refused', async (t) => {
  const { next } = page({ MaxResults: 2 }, list(upTo(5), { narrowedBy: [{ Name: 'CreationTime' }] }));
  const { NextToken = '' } = next;
  t.match(NextToken, /^[a-zA-Z0-9=_-]+$/);
  const wrong: [string, Partial<Listing<number>>][] = [
    ['another operation', { operation: 'ListLocations' }],
    ['another account', { scope: { ...scope, account: '000000000000' } }],
    ['another Region', { scope: { ...scope, region: 'eu-west-1' } }],
    ['other filters', { narrowedBy: [{ Name: 'LocationId' }] }],
    ['no filters', {}],
  ];
  for (const [name, over] of wrong) {
    const error = await refusal(() => page({ NextToken }, list(upTo(5), over)));
    t.equal(error.name, 'InvalidRequestException', name);
    t.match(error.message, /NextToken/);
  }
  const changed = Buffer.from(NextToken, 'base64url').toString().replace('[2,', '[4,');
  const forms = ['x', '=', '____', 'bnVsbA', Buffer.from('[1]').toString('base64url'), NextToken.slice(1)];
  for (const token of [...forms, Buffer.from(changed).toString('base64url')]) {
    const same = list(upTo(5), { narrowedBy: [{ Name: 'CreationTime' }] });
    t.equal((await refusal(() => page({ NextToken: token }, same))).httpStatus, 400, token);
  }
});

t.test('no token at the end', async (t) => {
  t.strictSame(page({}, list([])), { items: [], next: {} });
  t.strictSame(page({ MaxResults: 3 }, list(upTo(3))).next, {});
  t.equal(page({ MaxResults: 0 }, list(upTo(101))).items.length, 100, '0 means 100');
  t.equal(page({}, list(upTo(101))).items.length, 100, 'absent means 100');
});

t.test('pages survive what is added and removed between them', async (t) => {
  const first = page({ MaxResults: 3 }, list(upTo(9)));
  t.strictSame(first.items, [1, 2, 3]);
  // 3, the last one seen, is gone; 4 too; 10 is new.
  const second = page({ MaxResults: 3, ...first.next }, list([2, 5, 6, 7, 8, 9, 10]));
  t.strictSame(second.items, [5, 6, 7]);
  t.strictSame(page({ ...second.next }, list([10])).items, [10]);
  t.strictSame(page({ ...second.next }, list([1])), { items: [], next: {} }, 'all that was left is gone');
});

t.test('whatever happens between pages, what stays is seen once', async () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(200), { minLength: 1 }),
      fc.array(fc.record({ remove: fc.nat(200), add: fc.nat(200), size: fc.integer({ min: 1, max: 7 }) })),
      (start, changes) => {
        const sorted = (all: Iterable<number>) => [...all].sort((a, b) => a - b);
        const now = new Set(start);
        const stayed = new Set(start);
        const seen: number[] = [];
        let token: { NextToken?: string } = {};
        for (let turn = 0; turn === 0 || token.NextToken; turn += 1) {
          const change = changes[turn] ?? { remove: -1, add: -1, size: 5 };
          const got = page({ MaxResults: change.size, ...token }, list(sorted(now)));
          seen.push(...got.items);
          token = got.next;
          now.delete(change.remove);
          stayed.delete(change.remove);
          if (change.add >= 0) now.add(change.add);
        }
        const missed = [...stayed].filter((item) => !seen.includes(item));
        return missed.length === 0 && new Set(seen).size === seen.length;
      },
    ),
  );
});
