"""The whole story of a task, told by boto3. Its settings are in the environment; its one argument is the source
directory, bound to nfs://nas.example/export. Says a line for each chapter and fails loudly."""

import os
import sys
import time

import boto3
from botocore.exceptions import ClientError

source_directory = sys.argv[1]
datasync = boto3.client("datasync")
s3 = boto3.client("s3")
ACCOUNT = os.environ["AWS_ACCESS_KEY_ID"]


def refused(call, words, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidRequestException", error
        assert words in error.response["Error"]["Message"], error
        return
    raise AssertionError(f"{call.__name__} was accepted")


def ended(arn):
    while True:
        execution = datasync.describe_task_execution(TaskExecutionArn=arn)
        if execution["Status"] in ("SUCCESS", "ERROR"):
            return execution
        time.sleep(0.02)


def chapter(name):
    print(name, flush=True)


agent = datasync.create_agent(ActivationKey="AAAAA-BBBBB-CCCCC-DDDDD-EEEEE", AgentName="first")["AgentArn"]
datasync.update_agent(AgentArn=agent, Name="renamed")
assert datasync.describe_agent(AgentArn=agent)["Name"] == "renamed"
s3.create_bucket(Bucket="boto3-bucket")
source = datasync.create_location_nfs(
    ServerHostname="nas.example", Subdirectory="/export", OnPremConfig={"AgentArns": [agent]}
)["LocationArn"]
destination = datasync.create_location_s3(
    S3BucketArn="arn:aws:s3:::boto3-bucket",
    Subdirectory="/backup",
    S3Config={"BucketAccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/datasync"},
)["LocationArn"]
described = datasync.describe_location_s3(LocationArn=destination)
assert described["LocationUri"] == "s3://boto3-bucket/backup/", described
assert described["S3StorageClass"] == "STANDARD", described
task = datasync.create_task(
    SourceLocationArn=source,
    DestinationLocationArn=destination,
    Name="story",
    Excludes=[{"FilterType": "SIMPLE_PATTERN", "Value": "*.tmp"}],
    Tags=[{"Key": "team", "Value": "storage"}],
)["TaskArn"]
while datasync.describe_task(TaskArn=task)["Status"] == "CREATING":
    time.sleep(0.02)
assert datasync.describe_task(TaskArn=task)["Status"] == "AVAILABLE"
assert "CurrentTaskExecutionArn" not in datasync.describe_task(TaskArn=task)
chapter("create")

first = datasync.start_task_execution(TaskArn=task)["TaskExecutionArn"]
execution = ended(first)
assert execution["Status"] == "SUCCESS", execution
assert execution["FilesTransferred"] == 8, execution
assert execution["StartTime"].year > 2000, execution
chapter("start and poll")

compared = 0
for folder, _, names in os.walk(source_directory):
    for name in names:
        if name.endswith(".tmp"):
            continue
        path = os.path.join(folder, name)
        key = "backup/" + os.path.relpath(path, source_directory)
        with open(path, "rb") as file:
            answer = s3.get_object(Bucket="boto3-bucket", Key=key)
            assert answer["Body"].read() == file.read(), key
            assert answer["Metadata"]["file-mtime"], answer
        compared += 1
assert compared == 5, compared
keys = [item["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="boto3-bucket") for item in page["Contents"]]
assert not any(key.endswith(".tmp") for key in keys), keys
chapter("read back")

pages = list(datasync.get_paginator("list_locations").paginate(PaginationConfig={"PageSize": 1}))
assert [len(page["Locations"]) for page in pages] == [1, 1], pages
assert "NextToken" not in pages[-1], pages
found = datasync.list_locations(Filters=[{"Name": "LocationType", "Values": ["S3"], "Operator": "Equals"}])
assert [item["LocationArn"] for item in found["Locations"]] == [destination], found
assert datasync.list_task_executions(TaskArn=task)["TaskExecutions"][0]["TaskExecutionArn"] == first
datasync.tag_resource(ResourceArn=task, Tags=[{"Key": "stage", "Value": "test"}])
datasync.untag_resource(ResourceArn=task, Keys=["team"])
assert datasync.list_tags_for_resource(ResourceArn=task)["Tags"] == [{"Key": "stage", "Value": "test"}]
chapter("list and tag")

datasync.update_task(TaskArn=task, Name="new name", Options={"TransferMode": "ALL"})
assert datasync.describe_task(TaskArn=task)["Name"] == "new name"
slow = datasync.start_task_execution(TaskArn=task, OverrideOptions={"BytesPerSecond": 100_000})["TaskExecutionArn"]
datasync.update_task_execution(TaskExecutionArn=slow, Options={"BytesPerSecond": 50_000})
running = datasync.describe_task_execution(TaskExecutionArn=slow)
assert running["Options"]["BytesPerSecond"] == 50_000, running
datasync.cancel_task_execution(TaskExecutionArn=slow)
assert ended(slow)["Status"] == "ERROR"
chapter("update and cancel")

datasync.delete_task(TaskArn=task)
refused(datasync.describe_task, "not found", TaskArn=task)
datasync.delete_location(LocationArn=source)
datasync.delete_location(LocationArn=destination)
datasync.delete_agent(AgentArn=agent)
refused(datasync.describe_agent, "does not exist", AgentArn=agent)
try:
    datasync.create_agent(ActivationKey="too short")
    raise AssertionError("a broken key was accepted")
except ClientError as error:
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error
chapter("delete")
