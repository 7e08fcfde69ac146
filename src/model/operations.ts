import type * as Sdk from '@aws-sdk/client-datasync';

/** The 53 operations, read off the AWS client: with a newer client, a missing action is a compile error. */
export type OperationName = Exclude<
  { [Name in keyof typeof Sdk]: Name extends `${infer Op}Command` ? Op : never }[keyof typeof Sdk],
  '$'
>;

type CommandOf<Op extends OperationName> = (typeof Sdk)[`${Op}Command`];

/** What a client sends, in wire names, after the model's constraints have been checked. */
export type Input<Op extends OperationName> =
  CommandOf<Op> extends new (...input: infer Args) => unknown ? NonNullable<Args[0]> : never;

/** What is answered, in wire names, without the client's `$metadata`. Times are `Date`s; `to-wire` turns them. */
export type Output<Op extends OperationName> =
  CommandOf<Op> extends new (
    ...input: never[]
  ) => {
    resolveMiddleware: (...args: never[]) => (...args: never[]) => Promise<{ output: infer Out }>;
  }
    ? Omit<Out, '$metadata'>
    : never;
