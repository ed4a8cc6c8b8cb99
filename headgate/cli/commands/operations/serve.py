import secrets
from collections.abc import Callable
from typing import Any

import click

from headgate.cli import command_deployment, options


@click.command(epilog=options.example("headgate serve --port 8765"))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port on 127.0.0.1; 0 for a free one.",
)
@options.as_json
@options.deployment
def serve(port: int) -> None:
    """Serve the HTTP API, and the console if it is built, from this machine.

    Prints the address and a token with an operator's rights, which is valid until the command ends. Access
    tokens of the deployment's Cognito users are accepted, too. Only programs of this machine reach the
    server.
    """
    from headgate.api.deployed_lake import DeployedLake
    from headgate.api.local_server import LocalApi, server
    from headgate.reports.mails import MailShower
    from headgate.settings import ReportSettings

    deployed = command_deployment.activate()
    mails = MailShower(ReportSettings.from_env(deployed.environment).console_url)
    api = LocalApi(
        DeployedLake(deployed.environment, mails), secrets.token_urlsafe(32), _claims(deployed.environment)
    )
    try:
        running = server(api, port)
    except OSError:
        raise click.ClickException(
            f"Port {port} is in use. Choose another port, or --port 0 for a free one."
        ) from None
    address = f"http://127.0.0.1:{running.server_address[1]}"
    fact = {"url": address, "token": api.token, "console": api.file("/") is not None}
    options.show(fact, lambda: screen(address, api.token, has_console=bool(fact["console"])))
    try:
        running.serve_forever()
    except KeyboardInterrupt:
        click.echo("headgate: stopped", err=True)
    finally:
        running.server_close()


def screen(address: str, token: str, *, has_console: bool) -> str:
    """Return the output, with the console's long address on its own line."""
    page = "The console is not built: `make console` builds it."
    if has_console:
        page = f"Console:\n{address}/#token={token}"
    return f"API: {address}/v1/health\nToken: {token}\n{page}"


def _claims(environment: dict[str, str]) -> Callable[[str], dict[str, Any] | None]:
    """Return the check of Cognito tokens; without a user pool, no such token is valid."""
    from headgate.wiring import api

    if not environment.get("HEADGATE_USER_POOL"):
        return lambda _: None
    return api.access_tokens(environment).claims
