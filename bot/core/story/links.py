"""Links as identities: which two addresses are one page."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

_TRACKING: Final = re.compile(
    r"(?:utm|at|mc|pk|ns|hsa|soc)_\w*|_hs\w*|wt\.\w+|spm|ref|rss|src|source|cmp|cmpid|campaign|xtor"
    r"|partner|smid|smtyp|ocid|taid|tpcc|mod|sh|(?:fb|g|d|ms|y)cl(?:k?id|id)|igshid"
    r"|traffic_source|guccounter",
    re.IGNORECASE,
)
"""Names of parameters that say where a reader came from, not what is read."""


def canonical_link(url: str) -> str:
    """Write a link so that two addresses of one page agree; "" for none and for a home page.

    Leaves out the scheme, `www.` and `m.`, the fragment, parameters of tracking and a last slash;
    orders the other parameters. A site's home page is no article's own address.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").casefold()
    except ValueError:
        return ""
    for prefix in ("www.", "m.", "amp."):
        host = host.removeprefix(prefix)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.fullmatch(k)]
    path = parts.path.rstrip("/")
    if not host or not (path or kept):
        return ""
    query = f"?{urlencode(sorted(kept))}" if kept else ""
    return f"{host}{path}{query}"
