import type { Input, OperationName, Output } from '../model/operations.ts';
import type { ControlPlane, Scope } from './control-plane.ts';

/** Who asked, and what may be touched. */
export interface CallContext {
  readonly plane: ControlPlane;
  readonly scope: Scope;
  readonly requestId: string;
}

/** One operation. The input has passed the model's constraints. @throws ServiceError */
export type Action<Op extends OperationName> = (
  input: Input<Op>,
  context: CallContext,
) => Promise<Output<Op>> | Output<Op>;

/** Complete, or it does not compile. */
export type ActionTable = { readonly [Op in OperationName]: Action<Op> };
