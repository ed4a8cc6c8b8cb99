"""The names of deployments: each one is a folder below .headgate/, and the file of its settings."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError

VALID = re.compile(r"[a-z][a-z0-9-]{1,19}")  # as the root's variable `name`


class DeploymentNameError(ArgumentTypeError):
    """The name is no deployment's. The message says which names are; `argparse` prints it."""


def deployment_name(text: str) -> str:
    """Return the name.

    Raises:
        DeploymentNameError: it is no deployment's name.
    """
    if not VALID.fullmatch(text):
        rule = "It has 2 to 20 lower-case letters, digits and hyphens, and starts with a letter"
        raise DeploymentNameError(f"{text!r} is not a name of a deployment. {rule}.")
    return text
