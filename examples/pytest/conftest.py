"""The emulator of the command line, started once, and clients that talk to it."""

import json
import subprocess
import urllib.request

import boto3
import pytest


class Emulator:
    def __init__(self, endpoint):
        self.endpoint = endpoint

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="111122223333",
            aws_secret_access_key="test",
        )

    def put(self, path, content):
        return self._send("PUT", path, content.encode())

    def post(self, path, wish=None):
        return self._send("POST", path, json.dumps(wish or {}).encode())

    def _send(self, method, path, body):
        request = urllib.request.Request(f"{self.endpoint}/_datasync/{path}", body, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def running():
    command = ["datasync-local", "start", "--port", "0", "--log-level", "error"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield Emulator(json.loads(process.stdout.readline())["endpoint"])
        process.terminate()


@pytest.fixture
def emulator(running):
    """As if it had just been started, but for two files on the NAS and a bucket."""
    running.post("reset")
    running.put("volumes/nas.memory/export/ledger.xls", "figures")
    running.put("volumes/nas.memory/export/notes.txt", "hello")
    running.client("s3").create_bucket(Bucket="backup")
    return running
