// What the four types of FSx file systems share.

import { idOf, scopeOf } from '../arn.ts';
import { asSent } from './subdirectory.ts';

/** `<region>.<file-system id>/<path>`; the Region is that of the file system. @source terraform-provider-aws, uri.go */
export function fsxUri(scheme: string, filesystemArn: string, subdirectory: string): string {
  return `${scheme}://${scopeOf(filesystemArn).region}.${idOf(filesystemArn)}${asSent(subdirectory)}`;
}
