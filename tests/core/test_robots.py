"""robots.txt: whose group counts, and which of its rules."""

import pytest

from bot.core.robots import MAX_RULES, Robots, parse_robots

SITE = "https://a.example"


def allowed(text: str, path: str) -> bool:
    return parse_robots(text, "wirewatch").allows(SITE + path)


def test_its_own_group_counts_before_that_for_all() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-Agent: WireWatch\nDisallow: /private"
    assert allowed(text, "/news")
    assert not allowed(text, "/private/x")
    assert not parse_robots(text, "other").allows(f"{SITE}/news")


def test_several_names_share_a_group() -> None:
    """Names that follow each other share what follows them; a rule between them ends that."""
    shared = "user-agent: a\nuser-agent: wirewatch\nuser-agent: b\ndisallow: /x\n"
    assert not allowed(f"{shared}user-agent: c\nallow: /x", "/x")
    assert allowed("user-agent: wirewatch\nallow: /\nuser-agent: c\ndisallow: /x", "/x")


def test_groups_of_one_name_are_one() -> None:
    mine, other = "user-agent: wirewatch\ndisallow: {}\n", "user-agent: c\ndisallow: /\n"
    text = mine.format("/a") + other + mine.format("/b")
    assert [allowed(text, path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_an_empty_group_of_its_own_allows_all() -> None:
    assert allowed("user-agent: *\ndisallow: /\nuser-agent: wirewatch\ndisallow:", "/x")


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("disallow: /a\nallow: /a/b", "/a/b/c", True),
        ("disallow: /a\nallow: /a", "/a", True),
        ("disallow: /*.pdf$", "/x/y.pdf", False),
        ("disallow: /*.pdf$", "/x/y.pdf?z", True),
        ("disallow: /%7Ejoe", "/~joe", False),
        ("disallow: /a # why", "/a", False),
        ("# all\ndisallow: /", "/", False),
        ("sitemap: /x\ndisallow: /a?b=", "/a?b=1", False),
        ("disallow: x", "/x", True),
    ],
)
def test_the_longest_pattern_decides(rules: str, path: str, expected: bool) -> None:  # noqa: FBT001
    assert allowed(f"user-agent: *\n{rules}", path) is expected


def test_nothing_and_too_much() -> None:
    assert parse_robots("", "wirewatch") == Robots()
    many = parse_robots("user-agent: *\n" + "disallow: /a\n" * (MAX_RULES + 9), "wirewatch")
    assert len(many.rules) == MAX_RULES
