"""Names of deployments, which are folders below .headgate/ and names of settings files."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError

from headgate.plain_names import DEPLOYMENT_NAME, DEPLOYMENT_NAME_RULE, deployment_name_of, for_example

VALID = re.compile(DEPLOYMENT_NAME)


class DeploymentNameError(ArgumentTypeError):
    """The name is not valid for a deployment. The message says which are; `argparse` prints it."""


def deployment_name(text: str) -> str:
    """Return the name.

    Raises:
        DeploymentNameError: it is not valid.
    """
    if not VALID.fullmatch(text):
        example = for_example(deployment_name_of(text))
        raise DeploymentNameError(
            f"{text!r} is not a name of a deployment. It must be {DEPLOYMENT_NAME_RULE}{example}."
        )
    return text
