"""The built-in HTTP server: what others call, such as Slack in HTTP mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

Route = web.RouteDef
"""A path with what answers it, under a name that others may import."""

_LARGEST = 1 << 20  # bytes; no request of a chat is larger


class WebServer:
    """Serves routes on one address, and nothing else.

    Args:
        address: `host:port`, as set.
        routes: what is served.
        variable: the setting that holds the address.
    """

    def __init__(
        self, address: str, routes: Iterable[Route], variable: str = "WIREWATCH_WEB"
    ) -> None:
        self._address, self._variable = address, variable
        app = web.Application(client_max_size=_LARGEST)
        app.add_routes(routes)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)

    async def start(self) -> None:
        """Listen.

        Raises:
            SettingsError: the address cannot be used.
        """
        host, _, port = self._address.rpartition(":")
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, host, int(port)).start()
        except (OSError, OverflowError) as error:
            raise SettingsError(self._variable, f"{self._address}: {error}") from None

    async def stop(self) -> None:
        """Close the server; does nothing when it is not running."""
        await self._runner.cleanup()
