"""What the bot token must be allowed; the manifest asks for the same."""

from __future__ import annotations

UPLOAD = "files:write"
SCOPES = frozenset(
    {
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        UPLOAD,
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "users:read",
    }
)
