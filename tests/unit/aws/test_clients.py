"""Clients are made once, a missing region is reported with its remedy, and presigned URLs name hosts that the
console may call.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import NoRegionError

from headgate.aws import clients
from headgate.aws.clients import once
from headgate.aws.multipart_uploads import S3Uploads
from headgate.errors import SettingsError
from headgate.lake.ports import ObjectRef

pytestmark = pytest.mark.unit

PLATFORM = Path(__file__).resolve().parents[3] / "terraform" / "platform.tf"
BUCKET = "ecommerce-dev-staging-123456789012"
# The last two must be enabled in an account: S3's global host redirects requests for their buckets.
REGIONS = ("us-east-1", "eu-central-1", "ap-southeast-2", "us-gov-west-1", "af-south-1", "me-central-1")


def allowed_hosts(region: str) -> set[str]:
    """Return the hosts of a bucket that the console's content security policy names on AWS, as Terraform
    writes them.
    """
    written = re.findall(r'"https://(\$\{bucket\}[^"]+)"', PLATFORM.read_text(encoding="utf-8"))
    assert written
    return {Template(host.replace("var.", "")).substitute(bucket=BUCKET, region=region) for host in written}


def presigned(monkeypatch: pytest.MonkeyPatch, region: str, endpoint: str | None) -> list[str]:
    """Return the addresses of a part's upload and of a download, with the client that the functions get."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    for name, value in {
        "AWS_REGION": region,
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    uploads, ref = S3Uploads(clients.s3.__wrapped__()), ObjectRef(BUCKET, "uploads/1")  # type: ignore[attr-defined]  # of functools.wraps
    return [uploads.part_url(ref, "id", 1, 60), uploads.download_url(ref, "rows.csv", 60)]


@pytest.mark.parametrize("region", REGIONS)
def test_the_console_may_call_the_hosts_of_presigned_urls(
    monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    hosts = {urlsplit(url).netloc for url in presigned(monkeypatch, region, None)}
    assert hosts == allowed_hosts(region)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:4566", "http://localhost:4566"])
def test_behind_an_endpoint_of_its_own_the_path_names_the_bucket(
    monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    for url in presigned(monkeypatch, "eu-central-1", endpoint):
        assert url.startswith(f"{endpoint}/{BUCKET}/uploads/1?")


def test_a_missing_region_is_reported_with_what_to_do() -> None:
    @once
    def client() -> object:
        raise NoRegionError

    with pytest.raises(SettingsError, match="AWS_REGION"):
        client()


def test_a_client_is_made_once() -> None:
    assert once(object)() is not once(object)()
    made = once(object)
    assert made() is made()
