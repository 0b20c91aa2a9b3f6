"""The files of `deploy/`: they parse, start commands that exist, and name metrics that exist."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from bot.adapters.metrics import Metrics
from bot.cli import app
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
VARIABLES = {field.alias for field in Settings.model_fields.values()}


def read_yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def accepts(arguments: list[str]) -> None:
    """See that the command line's own parser takes these arguments; nothing is run."""
    commands = get_command(app)
    found = commands.commands.get(arguments[0])  # type: ignore[attr-defined]
    assert found is not None, f"wirewatch {arguments[0]} does not exist"
    found.make_context(arguments[0], arguments[1:])


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(read_yaml(DEPLOY / "compose.yaml"))


def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: service
        for name, service in compose["services"].items()
        if service.get("image") == "wirewatch"
    }


def test_every_service_starts_a_command_that_exists(compose: dict[str, Any]) -> None:
    ours = services(compose)
    assert set(ours) == {"worker", "chat", "web"}
    assert ours["worker"]["deploy"]["replicas"] == 2
    for service in ours.values():
        accepts(service["command"])


def test_the_parser_refuses_what_does_not_exist() -> None:
    with pytest.raises(AssertionError, match="does not exist"):
        accepts(["serve"])


def test_services_set_what_can_be_set_and_mount_what_is_there(compose: dict[str, Any]) -> None:
    volumes = set(compose["volumes"])
    for name, service in compose["services"].items():
        if name in services(compose):
            assert set(service["environment"]) <= VARIABLES
            assert "9464" in service["environment"]["WIREWATCH_METRICS"]
            assert not any(":9464" in port for port in service.get("ports", []))
            assert service["depends_on"] == {"postgres": {"condition": "service_healthy"}}
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name} is open to everybody"
        for mount in service.get("volumes", []):
            source = mount.partition(":")[0]
            inside = source in volumes or source == "./etc" or (DEPLOY / source).exists()
            assert inside, f"{name} mounts {source}"


def test_the_image_is_built_from_what_is_there_and_pinned() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = chain.from_iterable(
        line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line
    )
    for name in copied:
        assert (ROOT / name).exists(), name
    assert any("--require-hashes" in line for line in lines)
    locked = (ROOT / "requirements-cluster.lock").read_text(encoding="utf-8")
    plain = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name in ("procrastinate", "psycopg", "opentelemetry-sdk", "hatchling"):
        assert re.search(rf"^{name}==", locked, re.MULTILINE), name
    # One set of versions, however it is installed.
    pins, others = (set(re.findall(r"^([a-z0-9-]+==\S+)", text, re.MULTILINE))
                    for text in (locked, plain))  # fmt: skip
    assert others <= pins
    assert "http://" not in locked
    assert "https://" not in locked


def test_prometheus_and_grafana_find_their_files(compose: dict[str, Any]) -> None:
    config = read_yaml(DEPLOY / "prometheus" / "prometheus.yml")
    for file in config["rule_files"]:
        assert (DEPLOY / "prometheus" / file).exists()
    [job] = config["scrape_configs"]
    [found] = job["dns_sd_configs"]
    assert set(found["names"]) == set(services(compose))
    provisioning = DEPLOY / "grafana" / "provisioning"
    [source] = read_yaml(provisioning / "datasources" / "prometheus.yaml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    [folder] = read_yaml(provisioning / "dashboards" / "wirewatch.yaml")["providers"]
    mounted = [mount.split(":")[1] for mount in compose["services"]["grafana"]["volumes"]]
    assert f"{folder['options']['path']}/wirewatch.json" in mounted


def known_samples() -> dict[str, set[str]]:
    """Give the labels of every sample that a program exposes, by the name Prometheus knows."""
    metrics = Metrics(("slack",))
    found: dict[str, set[str]] = {}
    for family in metrics.registry.collect():
        name, kinds = family.name, ("",)
        if family.type == "counter":
            kinds = ("_total",)
        elif family.type == "histogram":
            kinds = ("_bucket", "_count", "_sum")
        collector = metrics.registry._names_to_collectors.get(name)
        labels = set(getattr(collector, "_labelnames", ()))
        for kind in kinds:
            found[f"{name}{kind}"] = labels | ({"le"} if kind == "_bucket" else set())
    return found


def expressions() -> list[tuple[str, str]]:
    board = json.loads((DEPLOY / "grafana" / "wirewatch.json").read_text(encoding="utf-8"))
    shown = [
        (panel["title"], target["expr"]) for panel in board["panels"] for target in panel["targets"]
    ]
    rules = read_yaml(DEPLOY / "prometheus" / "alerts.yml")["groups"][0]["rules"]
    return shown + [(rule["alert"], rule["expr"]) for rule in rules]


@pytest.mark.parametrize(("where", "expression"), expressions())
def test_every_metric_and_label_that_is_asked_for_exists(where: str, expression: str) -> None:
    samples = known_samples()
    named = re.findall(r"wirewatch_\w+", expression)
    assert named
    for name in named:
        assert name in samples, f"{where}: {name}"
    labels = set().union(*(samples[name] for name in named)) | {"le"}
    for group in re.findall(r"by \(([^)]*)\)", expression):
        assert {label.strip() for label in group.split(",")} <= labels, where
    for matched in re.findall(r"\{([^}]*)\}", expression):
        assert {part.partition("=")[0].strip() for part in matched.split(",")} <= labels, where
    assert expression.count("(") == expression.count(")")


def test_every_metric_is_on_the_dashboard() -> None:
    shown = " ".join(expression for _, expression in expressions())
    bases = {re.sub(r"_(bucket|count|sum)$", "", name) for name in known_samples()
             if name.startswith("wirewatch_")}  # fmt: skip
    assert {base for base in bases if base not in shown} == set()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_unit_starts_a_command_that_exists(unit: Path) -> None:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(unit.read_text(encoding="utf-8"))
    program, *arguments = parsed["Service"]["ExecStart"].split()
    assert program == "/opt/wirewatch/bin/wirewatch"
    accepts(arguments)
    if setting := parsed["Service"].get("Environment"):
        assert setting.partition("=")[0] in VARIABLES


def test_units_are_what_systemd_understands(tmp_path: Path) -> None:
    """`systemd-analyze verify`, with the interpreter of the tests in the program's place."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not there: the units are read by us alone")
    files = []
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        file = tmp_path / unit.name.replace("@", "@1" if "@" in unit.name else "")
        file.write_text(text.replace("/opt/wirewatch/bin/wirewatch", sys.executable))
        files.append(str(file))
    done = subprocess.run(
        [verify, "verify", "--man=no", "--recursive-errors=no", *files],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    ours = [line for line in done.stderr.splitlines() if "wirewatch" in line]
    assert not ours, done.stderr


def test_the_page_names_every_file() -> None:
    words = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    others = ("compose.yaml", "Dockerfile", "wirewatch.json", "alerts.yml")
    for name in (*(unit.name for unit in UNITS), *others):
        assert name in words, name
