"""MiniStack with one answer made whole: DescribeAlarms in the query protocol, which Terraform's provider speaks.

MiniStack 1.5.33 stores an alarm's settings but leaves most of them out of that one answer, so Terraform would plan to
set them again after every apply. Nothing else is changed; without this file all works but for those plans.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from typing import Any

from ministack import app
from ministack.services import cloudwatch

LEFT_OUT = ("AlarmDescription", "ActionsEnabled", "Statistic", "Period", "TreatMissingData", "Unit")
LISTS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_describe = cloudwatch._describe_alarms  # noqa: SLF001 there is no public way in

Answer = tuple[int, dict[str, str], bytes]


def describe_alarms(params: dict[str, Any], cbor_data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Answer:
    """What MiniStack answers, with the settings that it left out."""
    status, headers, body = _describe(params, cbor_data, is_cbor, is_json)
    if is_cbor or is_json or status != 200:  # noqa: PLR2004 HTTP's own number
        return status, headers, body
    return status, headers, complete(body, cloudwatch._alarms)  # noqa: SLF001 as above


def complete(body: bytes | str, alarms: dict[str, dict[str, Any]]) -> bytes:
    """The answer with every setting of every alarm in it."""
    answer = ET.fromstring(body)  # noqa: S314 MiniStack's own answer
    namespace = answer.tag.partition("}")[0] + "}" if answer.tag.startswith("{") else ""
    ET.register_namespace("", namespace.strip("{}"))
    for member in answer.findall(f".//{namespace}MetricAlarms/{namespace}member"):
        _add_settings(member, namespace, alarms[member.findtext(f"{namespace}AlarmName") or ""])
    return bytes(ET.tostring(answer, encoding="utf-8", xml_declaration=True))


def _add_settings(member: ET.Element, namespace: str, alarm: dict[str, Any]) -> None:
    for name in LEFT_OUT:
        if alarm.get(name) is not None:
            _add(member, namespace + name, _text(alarm[name]))
    for name in LISTS:
        listed = _add(member, namespace + name)
        for action in alarm.get(name, []):
            _add(listed, f"{namespace}member", action)
    dimensions = _add(member, f"{namespace}Dimensions")
    for dimension in alarm.get("Dimensions", []):
        one = _add(dimensions, f"{namespace}member")
        _add(one, f"{namespace}Name", dimension["Name"])
        _add(one, f"{namespace}Value", dimension["Value"])


def _add(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = text
    return child


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    cloudwatch._describe_alarms = describe_alarms  # noqa: SLF001 as above
    sys.exit(app.main())
