"""What boto3 does with a bucket: sync DIRECTORY BUCKET | fetch BUCKET DIRECTORY | put FILE BUCKET KEY |
describe BUCKET KEY. Its settings are in the environment."""

import json
import os
import sys

import boto3

s3 = boto3.client("s3")


def keys(bucket):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 7})
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def sync(directory, bucket):
    kept = set()
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            kept.add(os.path.relpath(path, directory))
            s3.upload_file(path, bucket, os.path.relpath(path, directory))
    extra = [{"Key": key} for key in keys(bucket) if key not in kept]
    if extra:
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": extra})
        assert len(answer["Deleted"]) == len(extra), answer


def fetch(bucket, directory):
    for key in keys(bucket):
        path = os.path.join(directory, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        s3.download_file(bucket, key, path)


def put(path, bucket, key):
    s3.upload_file(path, bucket, key, ExtraArgs={"Metadata": {"colour": "blue"}, "ContentType": "text/x-odd"})


def describe(bucket, key):
    head = s3.head_object(Bucket=bucket, Key=key)
    print(json.dumps({"colour": head["Metadata"].get("colour"), "type": head["ContentType"]}))


{"sync": sync, "fetch": fetch, "put": put, "describe": describe}[sys.argv[1]](*sys.argv[2:])
