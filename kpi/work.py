"""What a run has before it: which pages it was asked for, what each is made from, and what was published before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.catalogue import LANGUAGES
from kpi.pieces import Made, Parts, reasons
from kpi.plan import Inputs, extra_parts, report_parts
from kpi.project import Project
from kpi.refresh import Built
from kpi.reporting import prepare
from kpi.reporting.jobs import Job, ReportJob
from kpi.shown import index_shown

if TYPE_CHECKING:
    from kpi.run import RunOptions


@dataclass(frozen=True)
class Work:
    """What a run has before it and behind it.

    Attributes:
        reports: what each report that was asked for is made from.
        before: the pieces of the published release; ``site`` is where they are.
        whole: whether all reports were asked for; else the others stay as they are.
    """

    project: Project
    options: RunOptions
    inputs: Inputs
    reports: Mapping[Job | ReportJob, Parts]
    before: Mapping[str, Made]
    site: Path | None
    whole: bool

    def why(self, name: str, parts: Parts) -> tuple[str, ...]:
        """Why a piece has to be made; empty where the published one stays."""
        return reasons(parts, self.before.get(name), self.site or Path(), force=self.options.force)


def inputs_of(project: Project, held_back: Mapping[str, int], *, as_of: str = "", use_sample: bool = True) -> Inputs:
    """What the pages of a project are made from, as it was known on a day.

    Args:
        project: its tables are built.
        held_back: per source, how many problems were.
        as_of: ISO date; now where none is given.
        use_sample: with made-up rows.
    """
    observations = project.observations_on(as_of)
    rows = observations if use_sample else observations[~observations["sample"]]
    return Inputs(
        project=project,
        shown=index_shown(rows),
        rows=rows,
        held_back=held_back,
        remarks=prepare.remarks(project),
        changes=prepare.changes(project, as_of),
        revised=prepare.revised(project),
        hidden=prepare.hidden(project),
        as_of=as_of or prepare.default_as_of(project),
    )


def plan_work(
    project: Project,
    jobs: Sequence[Job],
    extra: Sequence[ReportJob],
    options: RunOptions,
    built: Built,
    before: Mapping[str, Made],
    site: Path | None,
) -> Work:
    """Read what pages are made from, and hash it for each of them."""
    inputs = inputs_of(project, built.counts, as_of=options.as_of, use_sample=options.use_sample)
    catalogue = project.catalogue
    images = {"images": str(options.images)}
    parts: dict[Job | ReportJob, Parts] = {
        job: {**report_parts(inputs, catalogue.objective(job.objective), job.language), **images} for job in jobs
    }
    parts |= {job: extra_parts(inputs, job) for job in extra}
    everything = {f"report {language}/{o.id}" for o in catalogue.objectives for language in LANGUAGES}
    return Work(project, options, inputs, parts, before, site, everything <= {job.name for job in jobs})
