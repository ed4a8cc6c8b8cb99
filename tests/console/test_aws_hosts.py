"""The console in Chromium under AWS's own host names, with the headers that Terraform deploys there."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from playwright.sync_api import Error, expect

from headgate.api.local_server import LocalApi
from headgate.aws.multipart_uploads import S3Uploads
from headgate.lake.ports import ObjectRef
from tests.console.aws_hosts import AwsHosts, AwsPlan, aws_hosts
from tests.console.browsers import chromium, settle, visit
from tests.console.lakes import OPERATOR, BrowserLake
from tests.in_memory_ports import MemoryUploads
from tests.unit.api.lakes import payments
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from headgate.uploads.upload_store import StoredPart
    from tests.conftest import Emulator

pytestmark = pytest.mark.e2e

REGION = "eu-central-1"  # of terraform/tests/console.tftest.hcl
FILE = payments(range(7000, 7020))
# Before any script of the page, and in all of its documents.
WATCH = """
window.violations = []
document.addEventListener('securitypolicyviolation', event =>
  window.violations.push(`${event.effectiveDirective} ${new URL(event.blockedURI).origin}`))
"""
FETCH = "url => fetch(url, { mode: 'no-cors' }).then(() => 'answered', () => 'refused')"


@pytest.fixture(scope="module")
def plan() -> AwsPlan:
    """The console's resources as Terraform plans them for AWS."""
    return AwsPlan.read()


@dataclass
class BucketUploads(MemoryUploads):
    """Uploads whose parts go to a bucket by URLs of AWS; a complete file is copied to the lake in memory."""

    emulator: Emulator | None = None
    staged_in: str = ""
    urls: list[str] = field(default_factory=list)

    @cached_property
    def _bucket(self) -> S3Uploads:
        assert self.emulator
        return S3Uploads(self.emulator.client("s3"))

    def _ref(self, ref: ObjectRef) -> ObjectRef:
        return ObjectRef(self.staged_in, ref.key)

    def begin(self, ref: ObjectRef) -> str:
        return self._bucket.begin(self._ref(ref))

    def part_url(self, ref: ObjectRef, store_id: str, number: int, expires_s: int) -> str:
        assert self.emulator
        keys = self.emulator.environment
        signer = boto3.client(
            "s3",
            region_name=REGION,
            endpoint_url=f"https://s3.{REGION}.amazonaws.com",  # localstack-client would state another one
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}),
        )
        self.urls.append(S3Uploads(signer).part_url(self._ref(ref), store_id, number, expires_s))
        return self.urls[-1]

    def parts(self, ref: ObjectRef, store_id: str) -> tuple[StoredPart, ...]:
        return self._bucket.parts(self._ref(ref), store_id)

    def complete(self, ref: ObjectRef, store_id: str, parts: Iterable[StoredPart]) -> None:
        self._bucket.complete(self._ref(ref), store_id, parts)
        self.objects.write(ref, self._bucket.read_with_etag(self._ref(ref))[0])

    def abort(self, ref: ObjectRef, store_id: str) -> None:
        self._bucket.abort(self._ref(ref), store_id)


@dataclass
class AwsNamedLake(BrowserLake):
    """A lake in memory with the staging bucket of an emulator."""

    emulator: Emulator | None = None
    staged_in: str = ""

    @cached_property
    def uploads(self) -> BucketUploads:  # type: ignore[override]  # as HttpUploads, a twin of the port
        return BucketUploads(self.objects, emulator=self.emulator, staged_in=self.staged_in)


@dataclass(frozen=True)
class Deployed:
    """A console under AWS's names and the lake behind it."""

    lake: AwsNamedLake
    hosts: AwsHosts

    @property
    def url(self) -> str:
        return self.hosts.plan.console["url"]


@pytest.fixture(scope="module")
def bucket(plan: AwsPlan, emulator: Emulator) -> str:
    """The staging bucket of an emulator, with the planned name and CORS rules."""
    client, name = emulator.client("s3"), str(plan.staging["bucket"])
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    (rule,) = plan.staging["cors_rule"]
    planned = {
        "AllowedHeaders": rule["allowed_headers"],
        "AllowedMethods": rule["allowed_methods"],
        "AllowedOrigins": rule["allowed_origins"],
        "ExposeHeaders": rule["expose_headers"],
    }
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [planned]})
    return name


@pytest.fixture
def lake(bucket: str, emulator: Emulator) -> AwsNamedLake:
    """An empty lake that stages uploads in the bucket."""
    return AwsNamedLake(emulator=emulator, staged_in=bucket)


@contextmanager
def deployed(lake: AwsNamedLake, plan: AwsPlan, bundle: Path, policy: str = "") -> Iterator[Deployed]:
    """Serve the console of a lake under AWS's names, with the planned policy or another one."""
    api = LocalApi(lake, OPERATOR, lambda _: None, bundle)  # type: ignore[arg-type]  # a twin of the port
    assert lake.emulator
    url = lake.emulator.environment["AWS_ENDPOINT_URL"]
    ended = threading.Event()
    gate = threading.Thread(target=_gate_until, args=(lake, ended))
    gate.start()
    try:
        with aws_hosts(plan, policy or plan.policy, bundle, api, url) as hosts:
            yield Deployed(lake, hosts)
    finally:
        ended.set()
        gate.join()


def _gate_until(lake: BrowserLake, ended: threading.Event) -> None:
    while not ended.wait(0.2):
        lake.gate_everything()


@contextmanager
def signed_in(console: Deployed, errors: list[str]) -> Iterator[Page]:
    """A page of somebody who signed in, in a Chromium that finds and trusts AWS's names on this machine."""
    with chromium(console.hosts.resolution, console.hosts.trust) as browser:
        page = browser.new_page()
        page.add_init_script(WATCH)
        page.on("console", lambda said: errors.append(said.text) if is_error(said) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{console.url}/#token={OPERATOR}")
        settle(page)
        visit(page, console.url, "/upload")
        yield page


def is_error(said: Any) -> bool:  # noqa: ANN401 Playwright's message
    """Whether a browser reports an error; a file that the gate has not begun yet has none."""
    return said.type == "error" and "404" not in said.text


def send(page: Page) -> None:
    """Choose a file to upload."""
    page.get_by_label("Files to upload").set_input_files(
        {"name": "payments.csv", "mimeType": "text/csv", "buffer": FILE}
    )


def test_a_file_is_uploaded_under_the_names_of_aws_without_a_violation(
    lake: AwsNamedLake, plan: AwsPlan, bundle: Path
) -> None:
    errors: list[str] = []
    with deployed(lake, plan, bundle) as console, signed_in(console, errors) as page:
        send(page)
        commit = page.get_by_role("button", name=re.compile("^Commit"))
        expect(commit).to_be_enabled()
        commit.click()
        expect(page.get_by_test_id("count-accepted").last).to_have_text("20")
        (url,) = console.lake.uploads.urls
        assert url.startswith(f"https://{plan.staging['bucket']}.s3.{REGION}.amazonaws.com/uploads/")
        assert FILE in console.lake.objects.contents("raw").values()
        assert errors == []
        # The sign-in of the user pool has names of its own, which the page may ask, too.
        for host in plan.hosts:
            assert page.evaluate(FETCH, f"https://{host}/") == "answered", host
        assert page.evaluate("window.violations") == []
        answer = page.reload()
        assert answer
        assert {answer.headers[name.lower()] for name in plan.headers} == set(plan.headers.values())


def test_a_policy_without_the_bucket_is_reported_as_violated(
    lake: AwsNamedLake, plan: AwsPlan, bundle: Path
) -> None:
    bucket = f"https://{plan.staging['bucket']}.s3.{REGION}.amazonaws.com"
    policy = plan.policy.replace(f" {bucket}", "")
    assert policy != plan.policy
    with deployed(lake, plan, bundle, policy) as console, signed_in(console, []) as page:
        send(page)
        assert f"connect-src {bucket}" in eventually(lambda: page.evaluate("window.violations"), 30)
        assert FILE not in console.lake.objects.contents("staging").values()


def test_a_certificate_of_an_unknown_authority_is_refused(
    lake: AwsNamedLake, plan: AwsPlan, bundle: Path
) -> None:
    """The page of the other tests loads because its authority is trusted, not because none is asked for."""
    with (
        deployed(lake, plan, bundle) as console,
        chromium(console.hosts.resolution) as browser,
        pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"),
    ):
        browser.new_page().goto(console.url)
