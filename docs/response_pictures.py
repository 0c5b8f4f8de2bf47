"""Pictures of the page on subjects and responses: ``python -m docs.response_pictures`` draws them anew."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from trialwright.conduct.analyse import analyse
from trialwright.conduct.studies import open_study
from trialwright.conduct.subject import subject_course
from trialwright.design.folder import write
from trialwright.design.simulate import simulate
from trialwright.exchange.folder import read_folder
from trialwright.report.context import Context
from trialwright.report.course_figures import course_figures
from trialwright.report.responses import response_figures

PICTURES: Final = Path(__file__).parent / "pictures"
STUDY: Final = "nct06178198"
SUBJECT: Final = "SIM01-000009"
ALL: Final = {"waterfall-overall": "waterfall", "swimmer": "swimmer"}
ONE: Final = {"course-overall": "subject-course", "lesions-overall": "subject-lesions"}


def main() -> None:
    """Invent a trial, and write the pictures that the page shows."""
    opened = open_study(STUDY)
    with TemporaryDirectory() as place:
        data = Path(place) / "data"
        write(simulate(opened.study, subjects=60, seed=3), data, study_sha256=opened.sha256)
        frames, findings = read_folder(data)
        found = subject_course(opened, data, SUBJECT, by_arm=True)
    assert frames.cutoff is not None
    dossier = analyse(opened, frames, findings, cutoff=frames.cutoff, by_arm=True)
    drawn = [(ALL, response_figures(Context.of(dossier)))]
    drawn.append((ONE, course_figures(Context.of(found.dossier), found.course)))
    for names, figures in drawn:
        for figure in figures:
            if figure.name in names:
                (PICTURES / f"{names[figure.name]}.svg").write_text(figure.wide, encoding="utf-8")


if __name__ == "__main__":
    main()
