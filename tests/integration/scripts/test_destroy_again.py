"""CloudFront refuses a request whose answer was lost when the provider sends it again.

The second destroy ends well.
"""

from __future__ import annotations

import http.client
import os
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from scripts import deploy, terraform_cli
from scripts.terraform_cli import Terraform
from tests.conftest import unique

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

ROOT = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variable "comment" {
  type = string
}

resource "aws_cloudfront_distribution" "this" {
  comment             = var.comment
  enabled             = true
  wait_for_deployment = false

  origin {
    origin_id   = "site"
    domain_name = "example.org"

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id       = "site"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "https-only"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
"""


class LossyProxy(ThreadingHTTPServer):
    """Passes requests on to the emulator, without the id that all sendings of a request share: AWS carries
    out each sending.

    Attributes:
        lost: the requests whose answers were lost, by method and path; the first PUT is one.
    """

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.behind = urlsplit(url).netloc
        self.lost: list[tuple[str, str]] = []


class _Passing(BaseHTTPRequestHandler):
    server: LossyProxy
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {
            name: value for name, value in self.headers.items() if name.lower() != "amz-sdk-invocation-id"
        }
        behind = http.client.HTTPConnection(self.server.behind)
        behind.request(self.command, self.path, body, headers)
        answer = behind.getresponse()
        text = answer.read()
        behind.close()
        if self.command == "PUT" and not self.server.lost:
            self.server.lost.append((self.command, self.path))
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 the names that the server calls

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def lossy_proxy(url: str) -> Iterator[LossyProxy]:
    with LossyProxy(url) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy
        proxy.shutdown()


def test_a_destroy_whose_request_was_carried_out_without_an_answer_ends_well(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "main.tf").write_text(ROOT, encoding="utf-8")
    monkeypatch.setattr(terraform_cli, "TERRAFORM_ROOT", tmp_path / "root")
    stated = {"comment": unique("lossy")}
    with lossy_proxy(emulator.environment["AWS_ENDPOINT_URL"]) as proxy:
        environment = {
            **os.environ,
            **emulator.environment,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.server_port}",
        }
        terraform = Terraform(tmp_path / "lake", environment)
        terraform.init()
        terraform.apply(stated)
        capsys.readouterr()
        deploy.destroy_resources(terraform, stated)
    (lost,) = proxy.lost
    assert "/distribution/" in lost[1]
    assert "The destroy failed because of a stale ETag. It is repeated once, now" in capsys.readouterr().out
    assert terraform.resources() == []
    listed = emulator.client("cloudfront").list_distributions()["DistributionList"].get("Items", [])
    assert stated["comment"] not in [row["Comment"] for row in listed]
