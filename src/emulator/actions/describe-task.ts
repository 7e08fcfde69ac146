import type { Action } from '../action.ts';
import { findTask } from '../find.ts';
import type { TaskRecord } from '../records.ts';
import { scheduleMembers } from '../task-schedule.ts';

export const describeTask: Action<'DescribeTask'> = ({ TaskArn = '' }, context) => {
  const task = findTask(TaskArn, context);
  return {
    TaskArn: task.arn,
    Status: task.status,
    ...whereSet(task),
    SourceLocationArn: task.sourceLocationArn,
    DestinationLocationArn: task.destinationLocationArn,
    SourceNetworkInterfaceArns: [...task.sourceNetworkInterfaceArns],
    DestinationNetworkInterfaceArns: [...task.destinationNetworkInterfaceArns],
    Options: { ...task.options },
    Excludes: [...task.excludes],
    Includes: [...task.includes],
    ...scheduleMembers(task.schedule),
    CreationTime: new Date(task.createdAt),
    TaskMode: task.mode,
  };
};

/** Members that are left out when there is nothing to say. */
function whereSet(task: TaskRecord) {
  return {
    ...(task.name === undefined ? {} : { Name: task.name }),
    ...(task.currentExecutionArn === undefined ? {} : { CurrentTaskExecutionArn: task.currentExecutionArn }),
    ...(task.logGroupArn === undefined ? {} : { CloudWatchLogGroupArn: task.logGroupArn }),
    ...(task.errorCode === undefined ? {} : { ErrorCode: task.errorCode }),
    ...(task.errorDetail === undefined ? {} : { ErrorDetail: task.errorDetail }),
    ...(task.manifest === undefined ? {} : { ManifestConfig: task.manifest }),
    ...(task.report === undefined ? {} : { TaskReportConfig: task.report }),
  };
}
