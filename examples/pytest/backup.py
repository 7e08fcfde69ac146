"""The code under test: a nightly backup of a NAS. It knows boto3, and nothing of an emulator."""

import time


def create_backup(datasync):
    """A task that copies the NAS to the bucket `backup`, every night at two."""
    agent = datasync.create_agent(ActivationKey="AAAAA-BBBBB-CCCCC-DDDDD-EEEEE")
    nas = datasync.create_location_nfs(
        ServerHostname="nas.memory",
        Subdirectory="/export",
        OnPremConfig={"AgentArns": [agent["AgentArn"]]},
    )
    bucket = datasync.create_location_s3(
        S3BucketArn="arn:aws:s3:::backup",
        S3Config={"BucketAccessRoleArn": "arn:aws:iam::111122223333:role/backup"},
    )
    task = datasync.create_task(
        SourceLocationArn=nas["LocationArn"],
        DestinationLocationArn=bucket["LocationArn"],
        Schedule={"ScheduleExpression": "cron(0 2 * * ? *)"},
    )["TaskArn"]
    while datasync.describe_task(TaskArn=task)["Status"] == "CREATING":
        time.sleep(0.01)
    return task


def back_up_now(datasync, task):
    """Starts the task and waits; raises when anything was not copied."""
    run = datasync.start_task_execution(TaskArn=task)["TaskExecutionArn"]
    while (found := datasync.describe_task_execution(TaskExecutionArn=run))["Status"] != "SUCCESS":
        if found["Status"] == "ERROR":
            raise RuntimeError(f"The backup failed: {found['Result']['ErrorDetail']}")
        time.sleep(0.01)
