/** From each state, the states that may follow it. */
export type StateTable<State extends string> = Readonly<Record<State, readonly State[]>>;

/** A step that no table allows: a mistake of ours, never of a client. */
export class ForbiddenStep extends Error {
  override readonly name = 'ForbiddenStep';
}

/** @throws ForbiddenStep when `table` has no step from `from` to `to` */
export function assertStep<State extends string>(
  table: StateTable<State>,
  arn: string,
  from: State,
  to: State,
): void {
  if (!table[from].includes(to)) throw new ForbiddenStep(`${arn} cannot go from ${from} to ${to}.`);
}
