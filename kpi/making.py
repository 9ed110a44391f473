"""Making a release: what changed is made anew, what did not is taken over, and the whole is checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi import fingerprint
from kpi.catalogue import LANGUAGES
from kpi.errors import KpiError
from kpi.files import noting, write_whole
from kpi.forks import can_fork, run_forked
from kpi.manifest import Record, as_json, to_bytes
from kpi.pieces import Made, Parts
from kpi.plan import report_parts
from kpi.releases import MANIFEST, history, link
from kpi.rendering import below, one_by_one, render_all
from kpi.reporting import prepare
from kpi.reporting.checked import problems
from kpi.reporting.jobs import Job, ReportJob
from kpi.reporting.site import Piece, about_all, about_data, about_register, batches, load_writers, standing
from kpi.reporting.stale import with_note
from kpi.work import Work

if TYPE_CHECKING:
    from kpi.run import RunResult

Tell = Callable[[str], None]


def all_pieces(work: Work, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Parts]:
    """All pieces of a run with their parts, as far as they are known before any page is rendered."""
    told = _by_objective(work, facts)
    common = [*standing(work.inputs), *about_all(work.inputs, told, _without_page(work, told)), *_register(work)]
    return {**{job.name: parts for job, parts in work.reports.items()}, **{p.name: p.parts for p in common}}


def make(
    work: Work,
    staging: Path,
    result: RunResult,
    record: Record,
    tell: Tell,
    progress: Callable[[int, int], None],
) -> dict[str, Made]:
    """Fill the folder of a new release; returns its pieces.

    Raises:
        KpiError: a common page could not be written, or what was made is not whole.
    """
    made: dict[str, Made] = {}
    changed = {job: why for job, parts in work.reports.items() if (why := work.why(job.name, parts))}
    asked = {job.name for job in work.reports}
    kept = [job.name for job in work.reports if job not in changed]
    if not work.whole:
        known = {o.id for o in work.project.catalogue.objectives}
        kept += [n for n in work.before if _is_report(n) and n not in asked and _objective(n) in known]
        kept += [n for n in work.before if n.startswith("extra ") and n not in asked]
    _take_over(work, staging, kept, made)
    if changed:
        tell(f"rendering {len(changed)} pages, {len(kept)} are unchanged")
    with closing(render_all(work.project, list(changed), staging, work.options)) as outcomes:
        for count, outcome in enumerate(outcomes, start=1):
            job: Job | ReportJob = outcome.task
            record.seconds[job.name] = outcome.seconds
            if outcome.ok:
                result.rendered.append(job)
                # A broken notebook of an earlier run speaks of a page that is well again.
                (work.project.reports / "failed" / job.path.with_suffix(".ipynb")).unlink(missing_ok=True)
                told = outcome.result
                made[job.name] = _made(staging, told["files"], work.reports[job], told["facts"])
            else:
                result.failed[job] = record.failed[job.path.as_posix()] = outcome.error
                _keep_last(work, staging, job, made)
            progress(count, len(changed))
    result.made = {job.name: why for job, why in changed.items()}
    tell("portal, register and coverage")
    facts = _by_objective(work, {name: piece.facts for name, piece in made.items()})
    _make_common(work, staging, facts, made, result, record)
    if work.options.images and result.rendered:
        _copy_charts(staging, result, made, tell)
    result.unchanged = record.unchanged = len(made) - len(result.made)
    record.made = result.made
    _write_runs(work, staging, result, record, facts)
    _check(work, staging, result, made)
    return made


def _take_over(work: Work, staging: Path, names: Sequence[str], made: dict[str, Made]) -> None:
    for name in names:
        made[name] = work.before[name]
    if work.site is not None:
        link(work.site, staging, (file for name in names for file in work.before[name].files))


def _made(staging: Path, files: Sequence[str], parts: Parts, facts: Mapping[str, Any] | None = None) -> Made:
    sizes = {name: (staging / name).stat().st_size for name in files}
    return Made(parts, sizes, time.strftime("%Y-%m-%d"), facts or {})


def _keep_last(work: Work, staging: Path, job: Job | ReportJob, made: dict[str, Made]) -> None:
    """For a page that failed, the version that was published before, with a note of its age."""
    last = work.before.get(job.name)
    if last is None or work.site is None:
        return
    link(work.site, staging, (name for name in last.files if (work.site / name).exists()))
    page = staging / job.path
    if page.exists():
        html = with_note(page.read_text(encoding="utf-8"), job.language, last.day)
        write_whole(page, html.encode())
        sizes = {name: (staging / name).stat().st_size for name in last.files if (staging / name).exists()}
        made[job.name] = Made({}, sizes, last.day, last.facts)


def _by_objective(work: Work, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The facts of objectives that have a page, in the order of the register."""
    found = {_objective(name): fact for name, fact in facts.items() if _is_report(name) and fact}
    return {o.id: found[o.id] for o in work.project.catalogue.objectives if o.id in found}


def _without_page(work: Work, facts: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The facts of the other objectives: from the published release where they are the same, else composed."""
    before = work.before.get("coverage")
    kept = before.facts if before else {}
    found: dict[str, Mapping[str, Any]] = {}
    for objective in work.project.catalogue.objectives:
        if objective.id in facts:
            continue
        made_from = fingerprint.of(report_parts(work.inputs, objective, ""))
        known = kept.get(objective.id)
        if known is None or known["made_from"] != made_from:
            options = work.options
            report = prepare.prepare_report(
                work.project, objective.id, as_of=options.as_of, use_sample=options.use_sample
            )
            known = {"made_from": made_from, **prepare.facts(work.project, report)}
        found[objective.id] = known
    return found


def _is_report(name: str) -> bool:
    return name.startswith("report ")


def _objective(name: str) -> str:
    return name.removeprefix("report ").partition("/")[2]


def _register(work: Work) -> list[Piece]:
    options = work.options
    evidence = partial(prepare.evidence, work.project, use_sample=options.use_sample, as_of=options.as_of)
    return [
        *about_data(work.inputs, use_sample=options.use_sample, day=options.as_of),
        *about_register(work.inputs, evidence),
    ]


def _make_common(
    work: Work,
    staging: Path,
    facts: Mapping[str, Mapping[str, Any]],
    made: dict[str, Made],
    result: RunResult,
    record: Record,
) -> None:
    others = _without_page(work, facts)
    pieces = [*standing(work.inputs), *about_all(work.inputs, facts, others)]
    register = _register(work)
    if work.whole or not all(piece.name in work.before for piece in register):
        pieces += register
    else:
        _take_over(work, staging, [piece.name for piece in register], made)
    changed = {piece.name: why for piece in pieces if (why := work.why(piece.name, piece.parts))}
    _take_over(work, staging, [piece.name for piece in pieces if piece.name not in changed], made)
    result.made.update(changed)

    def write(batch: Sequence[Piece]) -> list[list[str]]:
        files = []
        for piece in batch:
            with noting() as written:
                piece.write(staging)
            files.append(below(written, staging))
        return files

    todo = batches([piece for piece in pieces if piece.name in changed])
    if can_fork() and len(todo) > 1:
        load_writers([piece for batch in todo for piece in batch])
        options = work.options
        outcomes = run_forked(todo, write, workers=options.processes, timeout=options.timeout, memory=options.memory)
    else:
        outcomes = one_by_one(todo, write)
    with closing(outcomes):  # on an error nothing may go on writing
        for outcome in outcomes:
            if not outcome.ok:
                names = ", ".join(piece.name for piece in outcome.task[:3])
                record.failed[names] = outcome.error  # all of it stands in the record of the run
                msg = f"The site's {names} could not be written, so nothing was published: {outcome.reason}"
                raise KpiError(msg)
            for piece, files in zip(outcome.task, outcome.result, strict=True):
                made[piece.name] = _made(staging, files, piece.parts)
                record.seconds[piece.name] = outcome.seconds / len(outcome.task)
    if "coverage" in made:
        made["coverage"] = replace(made["coverage"], facts=others)


def _copy_charts(staging: Path, result: RunResult, made: dict[str, Made], tell: Tell) -> None:
    from kpi.reporting.images import write_site_images  # noqa: PLC0415  (a browser only where charts are copied)

    tell("copying charts")
    tell(f"{write_site_images(staging, [job.path for job in result.rendered])} files of charts")
    for job in result.rendered:
        folder = staging / "downloads" / "images" / job.path.with_suffix("")
        images = [path.relative_to(staging).as_posix() for path in sorted(folder.glob("*"))]
        page = made[job.name]
        made[job.name] = _made(staging, [*page.files, *images], page.parts, page.facts)


def _write_runs(
    work: Work, staging: Path, result: RunResult, record: Record, facts: Mapping[str, Mapping[str, Any]]
) -> None:
    """The manifest and the page of runs: the only places of a site that tell the time."""
    from kpi.reporting.runs_page import write_runs_pages  # noqa: PLC0415

    pages = sorted(str(job.path.as_posix()) for job in result.rendered)
    told = as_json(record, pages=pages, objectives={name: fact["summary"] for name, fact in facts.items()})
    write_whole(staging / MANIFEST, to_bytes(told))
    write_runs_pages([told, *history(work.project)], work.project.catalogue, staging)


def _check(work: Work, staging: Path, result: RunResult, made: Mapping[str, Made]) -> None:
    new = [name for piece in made if piece in result.made for name in made[piece].files if name.endswith(".html")]
    catalogue = work.project.catalogue
    planned = {f"{language}/{o.id}.html" for o in catalogue.objectives for language in LANGUAGES}
    notebooks = {f"notebooks/{name.removesuffix('.html')}.ipynb" for name in planned}
    unmade = {name for name in planned | notebooks if not (staging / name).exists()} if not work.whole else set()
    unmade |= {job.path.as_posix() for job in result.failed}
    if "coverage" not in made:  # a register without any KPI
        unmade |= {f"{language}/coverage.html" for language in LANGUAGES}
    found = list(problems(staging, new, unmade))
    if found:
        more = f" (and {len(found) - 5} more)" if len(found) > 5 else ""
        msg = f"The new site is not whole, so the published one stays: {'; '.join(found[:5])}{more}."
        raise KpiError(msg)
