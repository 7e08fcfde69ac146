/** At most this many letters apart, two names are taken for one misspelt. */
const NEAR = 4;

/** The name that is the fewest letters away from `name`, if any is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let distance = NEAR + 1;
  for (const one of names) {
    const apart = lettersApart(name.toLowerCase(), one.toLowerCase(), distance);
    if (apart < distance) [best, distance] = [one, apart];
  }
  return best;
}

/** Letters to add, drop or change to make `a` of `b`; `limit` when it is that many or more. */
function lettersApart(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + Number(letter !== b[j - 1]);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return Math.min(row.at(-1) ?? limit, limit);
}
