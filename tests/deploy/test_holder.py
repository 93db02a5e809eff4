"""Who has the lock of a stack, and when it is over."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from dataclasses import replace

from aerofleet.deploy.holder import holder_in, is_over, run_url, seconds_left, this_run

NOON = datetime.datetime(2026, 11, 29, 12, tzinfo=datetime.UTC)


def test_a_run_is_read_as_it_was_written() -> None:
    run = this_run({"CI_JOB_URL": "https://gitlab.example.net/-/jobs/7"})
    assert holder_in(run.as_text()) == run
    assert str(run).endswith(f"process {os.getpid()}, https://gitlab.example.net/-/jobs/7")
    assert [holder_in(text) for text in ("", "{", "[]", '{"user": 1}')] == [None] * 4


def test_the_address_of_a_job() -> None:
    job = {"GITHUB_RUN_ID": "7", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "shop/fleet"}
    assert run_url(job) == "https://github.com/shop/fleet/actions/runs/7"
    assert run_url({}) == ""


def test_a_run_of_this_host_is_over_when_its_process_is() -> None:
    run = this_run({})
    assert not is_over(run, run)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        other = replace(run, pid=child.pid)
        assert is_over(other, run), "another process has its id now: it began at another time"
        child.communicate(b"\n")
    gone = replace(run, pid=child.pid, started="1")
    assert is_over(gone, run)
    assert not is_over(replace(gone, processes="another boot or container"), run), (
        "of the same name: not seen from here"
    )
    assert not is_over(replace(gone, processes=""), replace(run, processes="")), "without /proc nobody knows"


def test_a_lease_counts_until_it_is_not_renewed() -> None:
    lease = {"spec": {"holderIdentity": "anna", "renewTime": "2026-11-29T11:59:30.000000Z", "leaseDurationSeconds": 60}}
    assert seconds_left(lease, NOON) == 30
    assert seconds_left({"spec": {**lease["spec"], "holderIdentity": ""}}, NOON) == 0
    assert seconds_left({}, NOON) == 0
    assert seconds_left(lease, NOON + datetime.timedelta(minutes=1)) < 0
