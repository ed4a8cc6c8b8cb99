"""People hear of a refused file with place, cause and remedy, and get answers at their own address."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from headgate.api.shapes.lake import Health
from headgate.aws.cognito import PoolPeople, Users
from headgate.aws.sns import SUBJECT_LENGTH, Alerts, TopicMails
from headgate.errors import NotFoundError
from headgate.lake.ports import FileRecord
from headgate.reports.alerts import Alert
from headgate.reports.mails import MailSender, SentMails
from headgate.reports.publish import ReportPage, announce, report_unsent
from headgate.reports.report_answers import Report
from tests.conftest import unique
from tests.unit.api.lakes import Caller, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

REFUSED = FileRecord(
    file_id="raw/payments/may.csv#v1",
    bucket="ecommerce-raw",
    key="payments/may.csv",
    version_id="v1",
    dataset="payments",
    state="rejected",
    error={
        "rule": "missing_sensitive_column",
        "column": "card_number",
        "message": "the column is missing",
        "remedy": "send the file with it",
        "file": "payments/may.csv",
    },
)


def mailbox(client: Callable[[str], Any]) -> tuple[str, Callable[[], list[dict[str, str]]]]:
    """The address of a queue that topics may send to, and what it received."""
    sqs = client("sqs")
    queue = sqs.create_queue(QueueName=unique("inbox"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    publishing = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = {"Version": "2012-10-17", "Statement": [publishing]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})

    def received() -> list[dict[str, str]]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    return arn, received


@pytest.fixture
def inbox(emulator: Emulator) -> tuple[Alerts, Callable[[], list[dict[str, str]]]]:
    """A topic, and what its one subscriber was sent."""
    sns = emulator.client("sns")
    topic = sns.create_topic(Name=unique("alerts"))["TopicArn"]
    address, received = mailbox(emulator.client)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=address)
    return Alerts(sns, topic), received


def test_a_refused_file_is_reported_with_file_column_rule_and_remedy(
    inbox: tuple[Alerts, Callable[[], list[dict[str, str]]]],
) -> None:
    alerts, received = inbox
    alerts.report_rejection(REFUSED)
    (reported,) = received()
    assert reported["Subject"] == "Headgate rejected a file: missing_sensitive_column"
    for part in (
        "s3://ecommerce-raw/payments/may.csv",
        "card_number",
        "missing_sensitive_column",
        "send the file with it",
    ):
        assert part in reported["Message"]


def test_people_hear_of_files_that_were_refused_wait_or_are_out_of_line_and_of_no_others(
    inbox: tuple[Alerts, Callable[[], list[dict[str, str]]]],
) -> None:
    alerts, received = inbox
    shifted = replace(REFUSED, state="done", error={}, profile={"drift": "amount: mean moved [mean]"})
    for record in (
        REFUSED,
        replace(REFUSED, state="needs_mapping"),
        shifted,
        replace(shifted, profile={}),
        replace(REFUSED, state="ignored"),
    ):
        alerts.report(record)
    assert sorted(message["Subject"] for message in received()) == [
        "Headgate accepted a file of payments that is out of line",
        "Headgate needs a mapping of a file's columns",
        "Headgate rejected a file: missing_sensitive_column",
    ]


def test_people_hear_of_new_columns_and_what_to_do(
    inbox: tuple[Alerts, Callable[[], list[dict[str, str]]]],
) -> None:
    alerts, received = inbox
    alerts.report(replace(REFUSED, state="done", error={}, new_columns={"Filiale": 1200}))
    (message,) = received()
    assert message["Subject"] == "Headgate found new columns in a file of payments"
    for part in (
        "Filiale (1,200 values)",
        "s3://ecommerce-raw/payments/may.csv",
        "headgate quarantine replay --dataset payments",
    ):
        assert part in message["Message"]


def test_people_hear_which_datasets_could_not_be_merged(
    inbox: tuple[Alerts, Callable[[], list[dict[str, str]]]],
) -> None:
    alerts, received = inbox
    alerts.datasets_not_merged({"returns": "rows lack a value: reason", "orders": "rows do not fit: total"})
    (message,) = received()
    assert message["Subject"] == "Headgate could not merge orders, returns"
    assert "returns: rows lack a value: reason" in message["Message"]


def test_a_number_in_a_files_key_is_sent_to_nobody(
    inbox: tuple[Alerts, Callable[[], list[dict[str, str]]]],
) -> None:
    alerts, received = inbox
    alerts.report_rejection(replace(REFUSED, key="payments/4111111111111111.csv"))
    (reported,) = received()
    assert "s3://ecommerce-raw/payments/[PAN ****1111].csv" in reported["Message"]


def test_a_subject_is_cut_and_cleaned_to_what_email_allows(
    inbox: tuple[Alerts, Callable[[], list[dict[str, str]]]],
) -> None:
    alerts, received = inbox
    alerts.send("line\nbreak é " + "x" * 200, "message")
    (reported,) = received()
    assert reported["Subject"].startswith("line?break ? xxx")
    assert len(reported["Subject"]) == SUBJECT_LENGTH


def test_an_absent_topic_is_not_found(emulator: Emulator) -> None:
    with pytest.raises(NotFoundError):
        Alerts(emulator.client("sns"), f"arn:aws:sns:us-east-1:000000000000:{unique('absent')}").send(
            "subject", "message"
        )


def test_a_report_sends_each_business_alert_and_then_its_address(
    inbox: tuple[Alerts, Callable[[], list[dict[str, str]]]],
) -> None:
    topic, received = inbox
    fraud = Alert(
        "compliance-guardian",
        "fraud_share",
        "7 % of the money is in transactions to review.",
        "Look at the queue.",
    )
    stale = Alert("lake", "freshness", "No file arrived for more than two days.")
    made_at = datetime(2026, 11, 21, 6, tzinfo=UTC)
    report = Report("ecommerce", made_at, Health(state="degraded", checks=()), (), (), {}, made_at)
    announce(
        ReportPage(report, (fraud, stale), "<html>"),
        "s3://artifacts/reports/2026-11-21.html",
        topic,
        "https://console.example",
    )
    messages: dict[str, str] = {}
    while len(messages) < 3:  # a queue gives its messages in any order, and not always all at once
        messages |= {one["Subject"]: one["Message"] for one in received()}
    assert messages["Headgate alert: fraud_share (compliance-guardian)"].splitlines() == [
        "7 % of the money is in transactions to review.",
        "Look at the queue.",
        "https://console.example/#/dashboards/compliance-guardian",
    ]
    assert messages["Headgate alert: freshness (lake)"].endswith("https://console.example/#/lake")
    summary = messages["Headgate report of ecommerce: 2 alerts"]
    assert "s3://artifacts/reports/2026-11-21.html" in summary


def test_people_hear_how_many_mails_were_not_sent(
    inbox: tuple[Alerts, Callable[[], list[dict[str, str]]]],
) -> None:
    topic, received = inbox
    report_unsent(SentMails(sent=2), topic)
    report_unsent(SentMails(sent=2, failed=1), topic)
    (message,) = received()
    assert message["Subject"] == "Headgate did not send 1 of 3 mails with answers"
    assert message["Message"].startswith("1 failed, 0 for lack of time.")


def test_answers_reach_the_address_that_they_are_for_and_no_other(emulator: Emulator) -> None:
    """Queues have the place of mailboxes here: an address agrees by a link in a mail."""
    sns = emulator.client("sns")
    mails = TopicMails(sns, sns.create_topic(Name=unique("mails"))["TopicArn"], "sqs")
    (ana, of_ana), (ben, of_ben) = mailbox(emulator.client), mailbox(emulator.client)
    for address in (ana, ben, ana):  # a person schedules a second mail
        mails.subscribe(address)
    assert len(sns.list_subscriptions_by_topic(TopicArn=mails.topic_arn)["Subscriptions"]) == 2
    mails.send(ana, "Sales, 05 Jan 2026", "n\n4111111111111111")
    (message,) = of_ana()
    assert message["Subject"] == "Sales, 05 Jan 2026"
    assert "[PAN ****1111]" in message["Message"]
    assert of_ben() == []


def test_a_mail_with_a_limit_reaches_its_address_only_while_the_figure_is_beyond_it(
    emulator: Emulator,
) -> None:
    sns = emulator.client("sns")
    mails = TopicMails(sns, sns.create_topic(Name=unique("mails"))["TopicArn"], "sqs")
    address, received = mailbox(emulator.client)
    lake = MemoryLake()
    lake.people.readers["ana"] = address
    lake.__dict__["mails"] = mails  # in place of the memory's
    ana = Caller(lake, ("viewer",), "ana")
    for title, limit in (("Reached", 5), ("Not reached", 2**62)):
        asked = {"title": title, "sql": "select 1 as n", "every": "day", "on": 0, "hour": lake.now().hour}
        limited = {**asked, "only_if": "above", "limit_column": "n", "limit": limit}
        assert ana.call("PUT", "/v1/mails", limited).status == 200
    sender = MailSender(lake, mails, "https://console.example", pause=lambda _: None)
    assert sender.send_due() == SentMails(sent=1)
    (message,) = received()
    assert message["Subject"].startswith("Reached, ")
    assert f"N: {2**60:,}, above the limit of 5." in message["Message"].splitlines()


def test_a_person_of_the_user_pool_has_an_address_and_groups_until_the_login_is_disabled(
    emulator: Emulator,
) -> None:
    cognito: Any = emulator.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=unique("people"), UsernameAttributes=["email"])["UserPool"]["Id"]
    cognito.create_group(UserPoolId=pool, GroupName="viewer")
    Users(cognito, pool).add("eva@example.com", "viewer")
    user = cognito.admin_get_user(UserPoolId=pool, Username="eva@example.com")
    sub = next(each["Value"] for each in user["UserAttributes"] if each["Name"] == "sub")
    people = PoolPeople(cognito, pool)
    assert people.address(sub) == people.address("eva@example.com") == "eva@example.com"
    assert people.groups("eva@example.com") == {"viewer"}
    cognito.admin_disable_user(UserPoolId=pool, Username="eva@example.com")
    assert people.groups("eva@example.com") == frozenset()
    assert people.address("nobody@example.com") == PoolPeople(cognito, "").address("eva@example.com") == ""
