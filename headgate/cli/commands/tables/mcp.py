import os
import sys

import click

from headgate.cli import command_deployment, options


@click.command(epilog=options.example("headgate mcp --deployment demo"))
@click.option("--personal-data", is_flag=True, help="Also show columns of personal data.")
@options.deployment
def mcp(*, personal_data: bool) -> None:
    """Serve the lake's tables, figures and health to an AI agent, read-only.

    A client of the Model Context Protocol starts this command and uses its standard input and output. It has
    the permissions of the AWS credentials in its environment, and by default the view of a console viewer.
    """
    try:
        from headgate.mcp_server.agent_server import server_of
    except ImportError:
        problem = "The package mcp is not installed. Install it: pip install 'headgate[mcp]'"
        raise click.ClickException(problem) from None
    from headgate.api.deployed_lake import DeployedLake
    from headgate.api.http.access import CallerIdentity, Group
    from headgate.mcp_server.lake_tools import LakeTools

    deployed = command_deployment.activate()
    groups = {Group.VIEWER, Group.PERSONAL_DATA} if personal_data else {Group.VIEWER}
    caller = CallerIdentity(os.environ.get("USER", "agent"), frozenset(groups))
    click.echo(f"headgate: serving {deployed.name} to an agent", file=sys.stderr)
    server_of(LakeTools(DeployedLake(deployed.environment), caller), deployed.name).run("stdio")
