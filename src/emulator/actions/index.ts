import type { ActionTable } from '../action.ts';
import { createLocation, describeLocation, updateLocation } from '../location-actions.ts';
import { locationKinds } from '../locations/index.ts';
import { cancelTaskExecution } from './cancel-task-execution.ts';
import { createAgent } from './create-agent.ts';
import { createTask } from './create-task.ts';
import { deleteAgent } from './delete-agent.ts';
import { deleteLocation } from './delete-location.ts';
import { deleteTask } from './delete-task.ts';
import { describeAgent } from './describe-agent.ts';
import { describeTask } from './describe-task.ts';
import { describeTaskExecution } from './describe-task-execution.ts';
import { listAgents } from './list-agents.ts';
import { listLocations } from './list-locations.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { listTaskExecutions } from './list-task-executions.ts';
import { listTasks } from './list-tasks.ts';
import { startTaskExecution } from './start-task-execution.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';
import { updateAgent } from './update-agent.ts';
import { updateTask } from './update-task.ts';
import { updateTaskExecution } from './update-task-execution.ts';

/** Every operation of the service; one that is missing does not compile. */
export const actions: ActionTable = {
  CreateAgent: createAgent,
  DescribeAgent: describeAgent,
  ListAgents: listAgents,
  UpdateAgent: updateAgent,
  DeleteAgent: deleteAgent,

  CreateLocationAzureBlob: createLocation(locationKinds.AzureBlob),
  CreateLocationEfs: createLocation(locationKinds.Efs),
  CreateLocationFsxLustre: createLocation(locationKinds.FsxLustre),
  CreateLocationFsxOntap: createLocation(locationKinds.FsxOntap),
  CreateLocationFsxOpenZfs: createLocation(locationKinds.FsxOpenZfs),
  CreateLocationFsxWindows: createLocation(locationKinds.FsxWindows),
  CreateLocationHdfs: createLocation(locationKinds.Hdfs),
  CreateLocationNfs: createLocation(locationKinds.Nfs),
  CreateLocationObjectStorage: createLocation(locationKinds.ObjectStorage),
  CreateLocationS3: createLocation(locationKinds.S3),
  CreateLocationSmb: createLocation(locationKinds.Smb),
  DescribeLocationAzureBlob: describeLocation(locationKinds.AzureBlob),
  DescribeLocationEfs: describeLocation(locationKinds.Efs),
  DescribeLocationFsxLustre: describeLocation(locationKinds.FsxLustre),
  DescribeLocationFsxOntap: describeLocation(locationKinds.FsxOntap),
  DescribeLocationFsxOpenZfs: describeLocation(locationKinds.FsxOpenZfs),
  DescribeLocationFsxWindows: describeLocation(locationKinds.FsxWindows),
  DescribeLocationHdfs: describeLocation(locationKinds.Hdfs),
  DescribeLocationNfs: describeLocation(locationKinds.Nfs),
  DescribeLocationObjectStorage: describeLocation(locationKinds.ObjectStorage),
  DescribeLocationS3: describeLocation(locationKinds.S3),
  DescribeLocationSmb: describeLocation(locationKinds.Smb),
  UpdateLocationAzureBlob: updateLocation(locationKinds.AzureBlob),
  UpdateLocationEfs: updateLocation(locationKinds.Efs),
  UpdateLocationFsxLustre: updateLocation(locationKinds.FsxLustre),
  UpdateLocationFsxOntap: updateLocation(locationKinds.FsxOntap),
  UpdateLocationFsxOpenZfs: updateLocation(locationKinds.FsxOpenZfs),
  UpdateLocationFsxWindows: updateLocation(locationKinds.FsxWindows),
  UpdateLocationHdfs: updateLocation(locationKinds.Hdfs),
  UpdateLocationNfs: updateLocation(locationKinds.Nfs),
  UpdateLocationObjectStorage: updateLocation(locationKinds.ObjectStorage),
  UpdateLocationS3: updateLocation(locationKinds.S3),
  UpdateLocationSmb: updateLocation(locationKinds.Smb),
  DeleteLocation: deleteLocation,
  ListLocations: listLocations,

  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,

  CreateTask: createTask,
  UpdateTask: updateTask,
  DeleteTask: deleteTask,
  DescribeTask: describeTask,
  ListTasks: listTasks,
  StartTaskExecution: startTaskExecution,
  CancelTaskExecution: cancelTaskExecution,
  UpdateTaskExecution: updateTaskExecution,
  DescribeTaskExecution: describeTaskExecution,
  ListTaskExecutions: listTaskExecutions,
};
