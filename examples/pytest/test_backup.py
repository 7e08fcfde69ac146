import pytest
from backup import back_up_now, create_backup


def test_what_is_on_the_nas_is_in_the_bucket(emulator):
    datasync = emulator.client("datasync")
    back_up_now(datasync, create_backup(datasync))
    found = emulator.client("s3").get_object(Bucket="backup", Key="ledger.xls")
    assert found["Body"].read() == b"figures"


def test_a_file_that_somebody_has_open_fails_the_backup(emulator):
    datasync = emulator.client("datasync")
    task = create_backup(datasync)
    emulator.post("faults", {"fault": "sharing-violation", "where": {"side": "source", "path": "/ledger.xls"}})
    with pytest.raises(RuntimeError, match="The backup failed"):
        back_up_now(datasync, task)


def test_it_runs_every_night(emulator):
    emulator.post("clock", {"mode": "held", "setTo": "2026-01-01T12:00:00Z"})
    create_backup(emulator.client("datasync"))
    caused = emulator.post("clock", {"advanceSeconds": 7 * 24 * 3600})["caused"]
    assert len([change for change in caused if change["state"] == "SUCCESS"]) == 7
