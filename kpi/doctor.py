"""Checks a machine before it is trusted with the nightly run: what was found, and how to mend what is wrong."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kpi import fingerprint
from kpi.errors import KpiError
from kpi.lock import left_behind, unended
from kpi.project import Project

if TYPE_CHECKING:
    import pandas as pd

State = Literal["ok", "warn", "fail"]
OK: State = "ok"
WARN: State = "warn"
FAIL: State = "fail"
SIGNS = {OK: "✓", WARN: "!", FAIL: "✗"}

OLDEST_PYTHON = (3, 11)
#: A site takes about 150 MB; five releases are kept, mostly as links to the same files; the tables come on top.
LITTLE_SPACE, TOO_LITTLE_SPACE = 2_000_000_000, 500_000_000
#: A nightly run that is older than this was missed.
OLD_RUN = dt.timedelta(hours=36)
#: What a run by night must agree with the people who read it by day.
TIME_ZONE = "Europe/Brussels"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_SCHEME = re.compile(r"^(https?|socks[45]h?)://", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """One line: ``state`` of a ``check``, what was ``found`` and, unless all is well, how to ``mend`` it."""

    state: State
    check: str
    found: str
    mend: str = ""


def examine(project: Project, environment: Mapping[str, str] | None = None) -> list[Finding]:
    """Check this machine for a project; nothing is changed and nothing outside is asked.

    A check that itself fails is a finding, so that one broken thing does not hide the others.
    """
    given = os.environ if environment is None else environment
    checks: Sequence[tuple[str, Callable[[], Iterator[Finding]]]] = (
        ("python", python),
        ("packages", lambda: packages(project.root)),
        ("write rights", lambda: write_rights((project.data, project.reports))),
        ("free space", lambda: free_space(shutil.disk_usage(project.root).free)),
        ("links", lambda: links(project.reports)),
        ("processes", processes),
        ("time zone", time_zone),
        ("text", lambda: text_encoding(sys.getfilesystemencoding())),
        ("chromium", lambda: chromium(given)),
        ("fonts", fonts),
        ("java", java),
        ("proxy", lambda: proxy(given)),
        ("notify", lambda: notify(project.root, given)),
        ("last run", lambda: last_run(project, dt.datetime.now(dt.UTC))),
        ("killed run", lambda: killed_run(project)),
    )
    found: list[Finding] = []
    for name, check in checks:
        try:
            found += check()
        except Exception as error:  # noqa: BLE001  (told as a finding)
            found.append(Finding(FAIL, name, f"the check itself failed: {type(error).__name__}: {error}"))
    return found


def findings_table(findings: Sequence[Finding]) -> pd.DataFrame:
    """A row a finding: ``state, check, found, mend``.

    Raises:
        ImportError: pandas is not installed, which is among the findings.
    """
    import pandas as pd  # noqa: PLC0415  (see above)

    return pd.DataFrame([asdict(finding) for finding in findings], columns=["state", "check", "found", "mend"])


def python(running: tuple[int, ...] = tuple(sys.version_info[:3])) -> Iterator[Finding]:
    """The interpreter is new enough."""
    words = ".".join(map(str, running))
    if running[:2] < OLDEST_PYTHON:
        yield Finding(FAIL, "python", words, "install Python 3.11 or newer and run `make setup` again")
    else:
        yield Finding(OK, "python", f"{words} ({sys.executable})")


def packages(root: Path) -> Iterator[Finding]:
    """What a run needs is installed, in the versions that were tested."""
    needed = [re.split(r"[\s<>=!~;\[]", line)[0] for line in _requirements(root) if "extra ==" not in line]
    here = fingerprint.versions(needed)
    missing = [name for name in needed if name not in here]
    if missing:
        yield Finding(FAIL, "packages", f"missing: {', '.join(missing)}", "pip install -c constraints.txt -e .")
    pinned = _pinned(root / "constraints.txt")
    if not pinned:
        yield Finding(WARN, "versions", "no constraints.txt here", "install from a clone, so that versions are pinned")
        return
    installed = fingerprint.versions(pinned)
    other = [f"{name} {found} (tested: {pinned[name]})" for name, found in installed.items() if found != pinned[name]]
    if other:
        shown = ", ".join(other[:5]) + (f" and {len(other) - 5} more" if len(other) > 5 else "")
        yield Finding(WARN, "versions", f"other than tested: {shown}", "pip install -c constraints.txt -e .")
    else:
        yield Finding(OK, "versions", f"{len(installed)} packages, all as in constraints.txt")


def write_rights(folders: Sequence[Path]) -> Iterator[Finding]:
    """Runs write tables and pages: a file can be made and removed there."""
    for folder in folders:
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        try:
            with tempfile.NamedTemporaryFile(dir=existing, prefix=".doctor-"):
                pass
            yield Finding(OK, f"write {folder.name}", str(folder))
        except OSError as error:
            who = getattr(os, "getuid", lambda: "this user")()
            mend = f"give user {who} the right to write in {existing}"
            yield Finding(FAIL, f"write {folder.name}", f"{existing}: {error.strerror}", mend)


def free_space(free: int) -> Iterator[Finding]:
    """Room for the next releases; a full disk leaves the site as it is, but nothing new appears."""
    words = f"{free / 1e9:.1f} GB free"
    mend = "free space, or move the project to a larger disk"
    state = OK if free >= LITTLE_SPACE else WARN if free >= TOO_LITTLE_SPACE else FAIL
    yield Finding(state, "free space", words, "" if state == OK else mend)


def links(reports: Path) -> Iterator[Finding]:
    """The site is a link that is swapped in one step; some shares and Windows accounts cannot make one."""
    existing = next(path for path in (reports, *reports.parents) if path.exists())
    with tempfile.TemporaryDirectory(dir=existing, prefix=".doctor-") as folder:
        try:
            (Path(folder) / "link").symlink_to("target")
            yield Finding(OK, "links", "symbolic links can be made")
        except OSError as error:
            mend = "use a local disk; on Windows turn on developer mode, or run as a user who may create symbolic links"
            yield Finding(FAIL, "links", f"no symbolic link can be made: {error.strerror}", mend)


def processes() -> Iterator[Finding]:
    """Pages are rendered side by side where the system forks."""
    cores = os.cpu_count() or 1
    if hasattr(os, "fork"):
        yield Finding(OK, "processes", f"forking works, {cores} cores")
    else:
        mend = "nothing is wrong, but a full run takes many times as long; WSL or Linux is faster"
        yield Finding(WARN, "processes", "this system does not fork: pages are rendered one by one", mend)


def time_zone() -> Iterator[Finding]:
    """A time in a schedule means what people think it means, also across summer time."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

    try:
        now = dt.datetime.now(ZoneInfo(TIME_ZONE))
    except ZoneInfoNotFoundError:
        yield Finding(WARN, "time zone", f"{TIME_ZONE} is not known here", "install tzdata (package or pip)")
        return
    here = now.astimezone()
    words = f"{here.tzname()} (UTC{here:%z})"
    if here.utcoffset() != now.utcoffset():
        mend = f"schedule in that time, or set the machine: timedatectl set-timezone {TIME_ZONE}"
        yield Finding(WARN, "time zone", f"{words}, in {TIME_ZONE} it is UTC{now:%z}", mend)
    else:
        yield Finding(OK, "time zone", words)


def text_encoding(encoding: str) -> Iterator[Finding]:
    """Names of files and what is printed are UTF-8."""
    if encoding.lower().replace("-", "") == "utf8":
        yield Finding(OK, "text", "UTF-8")
    else:
        yield Finding(WARN, "text", encoding, "set LANG=C.UTF-8 (or PYTHONUTF8=1) in the schedule")


def chromium(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Only for pictures, PDF and the browser tests; a run needs none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = environment.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path and Path(path).exists():
        yield Finding(OK, "chromium", path)
    else:
        found = f"CHROMIUM={path} does not exist" if path else "not found"
        mend = "a run does not need it; for PDF and browser tests install chromium or set CHROMIUM"
        yield Finding(WARN, "chromium", found, mend)


def fonts() -> Iterator[Finding]:
    """Pages use the reader's fonts; a PDF made on this machine uses the machine's."""
    tool = shutil.which("fc-list")
    if tool is None:
        yield Finding(OK, "fonts", "not known (no fontconfig); only PDF needs them")
        return
    done = subprocess.run([tool, ":lang=fr", "family"], capture_output=True, text=True, check=False, timeout=20)  # noqa: S603  (found on the path, fixed arguments)
    families = {line.strip() for line in done.stdout.splitlines() if line.strip()}
    if families:
        yield Finding(OK, "fonts", f"{len(families)} families with French signs")
    else:
        yield Finding(WARN, "fonts", "none with French signs", "for PDF install fonts-liberation or fonts-dejavu")


def java() -> Iterator[Finding]:
    """Only Spark needs it."""
    if find_spec("pyspark") is None:
        yield Finding(OK, "java", "not needed (the extra 'spark' is not installed)")
    elif shutil.which("java") or os.environ.get("JAVA_HOME"):
        yield Finding(OK, "java", shutil.which("java") or os.environ["JAVA_HOME"])
    else:
        yield Finding(WARN, "java", "not found, and Spark is installed", "install a JRE 17 or 21, or set JAVA_HOME")


def proxy(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Only `kpi fetch` goes out; a run does not. Values may hold a password and are never shown."""
    values = {name: environment.get(name) or environment.get(name.upper(), "") for name in _PROXIES}
    given = [name.upper() for name, value in values.items() if value]
    odd = [name.upper() for name in _PROXIES[:3] if values[name] and not _SCHEME.match(values[name])]
    if odd:
        yield Finding(WARN, "proxy", f"{', '.join(odd)}: no http:// before the host", "write http://host:port")
    else:
        yield Finding(OK, "proxy", f"set: {', '.join(given)}" if given else "none set; only `kpi fetch` would use one")


def notify(root: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Somebody hears of a night that went wrong."""
    from kpi.notify.settings import read_settings  # noqa: PLC0415

    try:
        settings = read_settings(root)
    except KpiError as error:
        yield Finding(FAIL, "notify", str(error), "compare it with notify.example.yaml")
        return
    if settings is None:
        mend = "copy notify.example.yaml to notify.yaml, see docs/how-to/schedule.md"
        yield Finding(WARN, "notify", "no notify.yaml: nobody hears of a failure", mend)
        return
    unset = [name for name in settings.variables if not environment.get(name)]
    if unset:
        mend = "set them for the user and job that runs kpi"
        yield Finding(FAIL, "notify", f"environment variables not set: {', '.join(unset)}", mend)
    elif settings.services and find_spec("apprise") is None:
        yield Finding(FAIL, "notify", "services are named, apprise is missing", "pip install 'brussels-kpi[notify]'")
    else:
        mails = len(settings.mail.recipients) if settings.mail else 0
        yield Finding(OK, "notify", f"{mails} by mail, {len(settings.services)} services; try `kpi notify --test`")


def last_run(project: Project, now: dt.datetime) -> Iterator[Finding]:
    """The site is there, and not older than a night."""
    path = project.reports / "site" / "manifest.json"
    if not path.exists():
        yield Finding(WARN, "last run", "nothing is published yet", "kpi run")
        return
    age = now - dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    hours = age.total_seconds() / 3600
    words = f"{hours:.0f} hours ago" if hours < 48 else f"{hours / 24:.0f} days ago"
    if age > OLD_RUN:
        yield Finding(WARN, "last run", words, "if a schedule exists, read its log: see docs/how-to/schedule.md")
    else:
        yield Finding(OK, "last run", words)


def killed_run(project: Project) -> Iterator[Finding]:
    """The last run came to its end; one that was killed could tell nobody."""
    if holder := left_behind(project):
        mend = "unless it is still at work, it was killed or its machine stopped: read its log; the next run goes on"
        yield Finding(WARN, "killed run", unended(holder), mend)


def _requirements(root: Path) -> list[str]:
    try:
        return requires("brussels-kpi") or []
    except PackageNotFoundError:
        path = root / "pyproject.toml"
        found = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return list(found.get("project", {}).get("dependencies", ()))


def _pinned(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = (line.partition("==") for line in lines if "==" in line and not line.startswith("#"))
    return {name.strip(): number.strip() for name, _, number in pairs}
