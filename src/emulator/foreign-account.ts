import type { StructureShape } from '../model/service.ts';
import { parseArn } from './arn.ts';
import type { Scope } from './control-plane.ts';
import { foreignAccount } from './errors.ts';

/** Shapes that hold the ARN of a resource of DataSync's. */
const OWN_ARNS: ReadonlySet<string> = new Set([
  'AgentArn',
  'LocationArn',
  'TaskArn',
  'TaskExecutionArn',
  'TaggableResourceArn',
]);

/**
 * Refuses a request about another account's resource before anything else of it is looked at: an S3 bucket's
 * ARN, which names no account, gets this answer too where a location's belongs.
 * @throws ServiceError
 * @source terraform-provider-aws issue 20922 (the full answer of the service, for CreateTask)
 */
export function refuseForeignAccount(shape: StructureShape, input: unknown, scope: Scope): void {
  for (const [name, value] of Object.entries(input ?? {})) {
    if (typeof value !== 'string' || !OWN_ARNS.has(shape.members.get(name)?.name ?? '')) continue;
    const arn = parseArn(value);
    if (arn && arn.account !== scope.account) throw foreignAccount(arn.account);
  }
}
