"""`headgate mcp`: the lake for AI agents."""

from __future__ import annotations

import os
import sys

import click

from headgate.cli import command_deployment, options


@click.command(epilog=options.example("headgate mcp --deployment demo"))
@click.option(
    "--personal-data",
    is_flag=True,
    help="Show columns about people as well; by default answers are without them.",
)
@options.deployment
def mcp(*, personal_data: bool, deployment_name: str | None) -> None:
    """Serve the lake's tables, figures and health to an AI agent, which can read and not write.

    A client of the Model Context Protocol starts this command and speaks to it on standard input and output;
    it has the rights of the AWS credentials of its environment. Without --personal-data it sees what a viewer
    of the console sees.
    """
    try:
        from headgate.mcp_server.agent_server import server_of
    except ImportError:
        raise click.ClickException(
            "The package mcp is not installed. Install it: pip install 'headgate[mcp]'"
        ) from None
    from headgate.api.deployed_lake import DeployedLake
    from headgate.api.http.access import CallerIdentity, Group
    from headgate.mcp_server.lake_tools import LakeTools

    deployed = command_deployment.activate(deployment_name)
    groups = {Group.VIEWER, Group.PERSONAL_DATA} if personal_data else {Group.VIEWER}
    caller = CallerIdentity(os.environ.get("USER", "agent"), frozenset(groups))
    click.echo(f"headgate: serving {deployed.name} to an agent", file=sys.stderr)
    server_of(LakeTools(DeployedLake(deployed.environment), caller), deployed.name).run("stdio")
