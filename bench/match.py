"""How fast articles are matched, against peers in the same run, with every answer checked.

    python bench/match.py                    all sizes and peers (some 10 minutes)
    python bench/match.py --sizes 100 1000   fewer
    python bench/match.py --quick            what CI runs: small, and fails if an answer is wrong

CPU time (`time.process_time_ns`) of one thread, in rounds in which the engine and its peers take
turns: the best round of each article, and the median of the rounds' ratios. Other articles come
first, from which the engine learns which words are common; its peers get triggers chosen with what
it learned. What rules and articles are like is told in bench/match_data.py.
Results go to bench/results/match.json and match.png.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import platform
import random
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.match_data import make_articles, make_officials, make_rules, make_world
from bench.match_oracle import expected_of
from bench.match_oracle_text import Case
from bench.match_peers import AhoCorasick, Scanner, SpacyPhrases, regexes, saved_searches
from bot.core.match import RuleSet
from bot.core.query import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.match_data import Hits, World
    from bot.core.model import Article, Match, Rule
    from bot.core.officials import Officials

RESULTS = Path(__file__).parent / "results"
TARGETS = {
    "re": {1000: 150}, "fts5": {1000: 250}, "spacy": {1000: 10, 10_000: 4.5, 100_000: 3},
    "ahocorasick": {100: 1.3, 1000: 1.3, 10_000: 1, 100_000: 1},
}  # fmt: skip
PEERS = ["ahocorasick", "spacy", "re", "fts5", "fts5-whole"]
DENSE = (1000, 100_000)
"""Numbers of rules that are also measured with rules that match much."""
LARGEST = {"re": 1000, "fts5": 1000, "fts5-whole": 1000}
"""Rules up to which a peer is asked: beyond it only grows in proportion."""
SLOW = "re"
"""Whom to ask about every tenth article only, three times."""
_STEADY = 60
"""Articles after which a peer that learns nothing takes no longer than it did."""


@dataclass
class Race:
    """What engines took.

    Attributes:
        ms: milliseconds of CPU per article: of each article the best round, of these the mean.
        ratios: how many times as long as the first engine each took: of all rounds the median.
    """

    ms: dict[str, float]
    ratios: dict[str, float]


def race(
    engines: dict[str, Callable[[Article], Any]], articles: Sequence[Article], rounds: int
) -> Race:
    """Let engines take turns, so that what else the machine does strikes all of them alike."""
    own, *_ = engines
    few = articles[: max(4, len(articles) // 10)]
    times: dict[str, list[list[int]]] = {name: [] for name in engines}
    order = list(engines.items())
    for turn in range(rounds):
        # Whoever comes first finds the articles cold, so each comes first in its turn.
        for name, find in order[turn % len(order) :] + order[: turn % len(order)]:
            if name != SLOW:
                times[name].append(_timed(find, articles))
            elif turn < 3:
                times[name].append(_timed(find, few))
    best = {name: [min(round_) for round_ in zip(*times[name], strict=True)] for name in engines}
    ratios = {
        name: statistics.median(
            sum(theirs) / sum(ours[: len(theirs)])
            for ours, theirs in zip(times[own], rounds_of, strict=False)
        )
        for name, rounds_of in times.items()
    }
    return Race({name: statistics.mean(found) / 1e6 for name, found in best.items()}, ratios)


def _timed(find: Callable[[Article], Any], articles: Sequence[Article]) -> list[int]:
    clock, times = time.process_time_ns, []
    for article in articles:
        begin = clock()
        find(article)
        times.append(clock() - begin)
    return times


def wrong_answers(
    rules: RuleSet, listed: list[Rule], articles: Sequence[Article], officials: Officials
) -> tuple[int, int, int]:
    """Compare with the oracle: matches, missing, extra; a wrong span counts as both."""
    trees = {rule.id: parse(rule.query) for rule in listed}
    total = missing = extra = 0
    for article in articles:
        case = Case(article, (), officials)
        found = {_seen(match) for match in rules.find_matches(article, ())}
        wanted = set()
        for rule_id, tree in trees.items():
            answer = expected_of(tree, case)
            if answer is not None:
                wanted.add((rule_id, answer[0], answer[1]))
        total += len(wanted)
        missing += len(wanted - found)
        extra += len(found - wanted)
    return total, missing, extra


def _seen(match: Match) -> tuple[str, tuple[str, ...], tuple[tuple[str, int, int], ...]]:
    marks = tuple((mark.field, mark.start, mark.end) for mark in match.highlights)
    return match.rule, match.clauses, marks


def edit_cost(rules: RuleSet, listed: list[Rule], times: int) -> dict[str, float]:
    """Give the microseconds of CPU of adding and of removing one rule, medians."""
    rng = random.Random(1)
    adding, removing, parsing = [], [], []
    for rule in rng.choices(listed, k=times):
        extra = replace(rule, id="extra")
        gc.disable()
        begin = time.process_time_ns()
        parse(extra.query)
        middle = time.process_time_ns()
        rules.add(extra)
        added = time.process_time_ns()
        rules.remove("extra")
        removed = time.process_time_ns()
        gc.enable()
        parsing.append(middle - begin)
        adding.append(added - middle)
        removing.append(removed - added)
    middles = {"add": adding, "remove": removing, "parse (part of add)": parsing}
    return {name: statistics.median(values) / 1e3 for name, values in middles.items()}


def memory_and_build(size: int) -> dict[str, float]:
    """Measure in a process of its own: RSS with the rules, and seconds of CPU to build."""
    code = (
        "import resource, sys, time; sys.path.insert(0, '.');"
        "from bench.match import loaded; print(*loaded(int(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(size)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    rss, build, parsing = map(float, done.stdout.split())
    return {"rss_mb": rss, "build_s": build, "parse_s": parsing}


def loaded(size: int) -> tuple[float, float, float]:
    """Build from a list of rules and give MB of RSS, seconds to build, and those of parsing."""
    listed, officials = _plain_rules(size)
    parse("warm OR up")
    begin = time.process_time()
    rules = RuleSet(officials, listed)
    build = time.process_time() - begin
    assert len(rules) == size
    rss = _resident()
    begin = time.process_time()
    for rule in listed:
        parse(rule.query)
    return rss, build, time.process_time() - begin


def _resident() -> float:
    """Give the MB in use now; the peak of a young process can be that of its parent."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _plain_rules(size: int) -> tuple[list[Rule], Officials]:
    world = make_world()
    return make_rules(world, size), make_officials(world)


def measure(
    world: World,
    officials: Officials,
    size: int,
    articles: Sequence[Article],
    warm: Sequence[Article],
    options: argparse.Namespace,
    hits: Hits,
) -> dict[str, Any]:
    """Race all engines on one number of rules."""
    listed = make_rules(world, size, hits)
    begin = time.process_time()
    rules = RuleSet(officials, listed)
    build = time.process_time() - begin
    for article in warm:
        rules.find_matches(article)
    engines: dict[str, Callable[[Article], Any]] = {"wirewatch": rules.find_matches}
    for name, kind in (("ahocorasick", AhoCorasick), ("spacy", SpacyPhrases)):
        if name in options.peers:
            engines[name] = _scanner(kind, officials, listed, rules).find_matches
    for name, make in (
        ("re", regexes),
        ("fts5", saved_searches),
        ("fts5-whole", partial(saved_searches, whole=True)),
    ):
        if name in options.peers and size <= LARGEST[name]:
            engines[name] = find = make(listed, officials)
            for article in warm[: 0 if name == SLOW else _STEADY]:
                find(article)
    gc.collect()
    gc.freeze()
    raced = race(engines, articles, options.rounds)
    quiet = RuleSet(officials, make_rules(world, size, "quiet"))
    for article in warm:
        quiet.find_matches(article)
    constant = race({"quiet": quiet.find_matches}, articles, options.rounds).ms["quiet"]
    checked = articles[: max(2, min(len(articles), 40_000 // size))]
    total, missing, extra = wrong_answers(rules, listed, checked, officials)
    same = all(
        [match.rule for match in find(article)] == [m.rule for m in rules.find_matches(article)]
        for name, find in engines.items()
        if name == "ahocorasick"
        for article in articles
    )
    gc.unfreeze()
    return {
        "hits": hits,
        "rules": size,
        "ms": raced.ms,
        "times_as_long": raced.ratios,
        "ms_constant_hits": constant,
        "matches_per_article": statistics.mean(len(rules.find_matches(a)) for a in articles),
        "oracle": {"articles": len(checked), "matches": total, "missing": missing, "extra": extra},
        "ahocorasick_same_rules": same,
        "build_s": build,
        "edit_us": edit_cost(rules, listed, 300),
    }


def _scanner(
    kind: type[Scanner], officials: Officials, listed: list[Rule], like: RuleSet
) -> Scanner:
    """Build a peer on the triggers that the engine has learned to prefer."""
    scanner = kind(officials, listed)
    scanner._frequency = like._frequency  # noqa: SLF001
    for compiled in scanner._rules.values():  # noqa: SLF001
        scanner._withdraw(compiled)  # noqa: SLF001
        compiled.trigger(scanner._frequency)  # noqa: SLF001
        scanner._post(compiled)  # noqa: SLF001
    scanner.prepare()
    return scanner


def growth(rows: list[dict[str, Any]], key: Callable[[dict[str, Any]], float]) -> float:
    """Fit time to rules ** exponent over all sizes and give the exponent."""
    points = [(math.log(row["rules"]), math.log(key(row))) for row in rows]
    if len(points) < 2:
        return 0.0
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def report(rows: list[dict[str, Any]], summary: dict[str, Any]) -> None:
    """Print the table."""
    names = list(dict.fromkeys(name for row in rows for name in row["ms"]))
    print("\nms of CPU per article, and how many times as long as wirewatch takes (target)\n")
    print(f"{'rules':>14} {'matches':>8} " + " ".join(f"{name:>24}" for name in names))
    for row in rows:
        cells = []
        for name in names:
            value = row["ms"].get(name)
            target = TARGETS.get(name, {}).get(row["rules"]) if row["hits"] == "news" else None
            longer = row["times_as_long"].get(name)
            ratio = "" if longer is None or name == "wirewatch" else f" {longer:.1f}x"
            aim = f" (>={target}x)" if target and value is not None else ""
            cells.append(f"{'-' if value is None else f'{value:.3f}{ratio}{aim}':>24}")
        size = f"{row['rules']} {row['hits']}"
        print(f"{size:>14} {row['matches_per_article']:>8.2f} " + " ".join(cells))
    print(
        "\n   rules  at constant hits   oracle: matches missing extra   add us  remove us  build s"
    )
    for row in rows:
        oracle, edit = row["oracle"], row["edit_us"]
        print(
            f"{row['rules']:>8} {row['ms_constant_hits']:>17.3f} {oracle['matches']:>17}"
            f" {oracle['missing']:>7} {oracle['extra']:>5} {edit['add']:>8.1f}"
            f" {edit['remove']:>10.1f} {row['build_s']:>8.2f}"
        )
    print("\n" + "\n".join(f"{name}: {value}" for name, value in summary.items()))


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw growth against peers, log-log, if matplotlib is installed."""
    try:
        import matplotlib as mpl  # noqa: PLC0415

        mpl.use("Agg")
        from matplotlib import pyplot as plt  # noqa: PLC0415
    except ImportError:
        print("no plot: matplotlib is not installed")
        return
    figure, axes = plt.subplots(figsize=(8.5, 4.5))
    for name in dict.fromkeys(name for row in rows for name in row["ms"]):
        points = [(row["rules"], row["ms"][name]) for row in rows if name in row["ms"]]
        axes.plot(*zip(*points, strict=True), marker="o", label=name)
    constant = [(row["rules"], row["ms_constant_hits"]) for row in rows]
    label = "wirewatch, constant hits"
    axes.plot(*zip(*constant, strict=True), marker=".", linestyle="--", label=label)
    axes.set(xscale="log", yscale="log", xlabel="rules", ylabel="ms of CPU per article")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    figure.tight_layout()
    figure.savefig(path, dpi=130)


def main() -> int:
    """Run, print, write; 1 when an answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000, 100_000])
    parser.add_argument("--articles", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peers", nargs="*", default=PEERS)
    parser.add_argument("--quick", action="store_true", help="small sizes, for CI")
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.articles, options.rounds = [100, 1000], 30, 3
    options.peers = [name for name in options.peers if _installed(name)]
    world = make_world()
    officials = make_officials(world)
    articles = make_articles(world, options.articles)
    warm = make_articles(world, 600, seed=23)
    runs: list[tuple[int, Hits]] = [(size, "news") for size in options.sizes]
    if not options.quick:
        runs += [(size, "dense") for size in DENSE if size in options.sizes]
    rows = []
    for size, hits in runs:
        rows.append(measure(world, officials, size, articles, warm, options, hits))
        gc.collect()
        print(f"{size} rules done ({hits})", flush=True)
    usual = [row for row in rows if row["hits"] == "news"]
    summary: dict[str, Any] = {
        "growth exponent": round(growth(usual, lambda row: row["ms"]["wirewatch"]), 3),
        "growth exponent at constant hits": round(
            growth(usual, lambda row: row["ms_constant_hits"]), 3
        ),
    }
    if not options.quick:
        summary |= {
            f"{name} at {max(options.sizes)} rules": round(value, 2)
            for name, value in memory_and_build(max(options.sizes)).items()
        }
    summary["python"] = f"{platform.python_version()} on {platform.machine()}"
    report(rows, summary)
    if not options.quick:
        RESULTS.mkdir(exist_ok=True)
        data = json.dumps({"rows": rows, "summary": summary}, indent=1)
        (RESULTS / "match.json").write_text(data + "\n", "utf-8")
        plot(usual, RESULTS / "match.png")
    wrong = sum(row["oracle"]["missing"] + row["oracle"]["extra"] for row in rows)
    return 1 if wrong else 0


def _installed(peer: str) -> bool:
    import importlib.util  # noqa: PLC0415

    module = {"ahocorasick": "ahocorasick_rs", "fts5": "sqlite3", "fts5-whole": "sqlite3"}.get(
        peer, peer
    )
    found = importlib.util.find_spec(module) is not None
    if not found:
        print(f"{peer} is left out: {module} is not installed")
    return found


if __name__ == "__main__":
    raise SystemExit(main())
