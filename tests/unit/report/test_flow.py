"""The flow of subjects: numbers that add up at every stage, and boxes that hold their words."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.report.invented_dossier import invented_dossier
from trialwright.model.dossier import Dossier
from trialwright.report.consort import consort_figure
from trialwright.report.context import Context
from trialwright.report.flow import flow_of
from trialwright.report.wrapping import text_width, wrapped

pytestmark = pytest.mark.unvalidated


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("shown", [True, False])
def test_everybody_is_counted_once_at_every_stage(seed: int, shown: bool) -> None:
    flow = flow_of(Context.of(invented_dossier(40, by_arm=shown, seed=seed)))
    for stage, after in zip(flow.stages, flow.stages[1:], strict=False):
        assert stage.leaving is not None
        assert stage.n == after.n + stage.leaving.n
        assert sum(n for _, n in stage.leaving.reasons) + stage.leaving.waiting == stage.leaving.n
    assert flow.stages[-1].leaving is None
    assert sum(branch.allocated for branch in flow.branches) == flow.stages[-1].n
    for branch in flow.branches:
        assert sum(n for line, n in branch.analysis if line.startswith("Analysed")) == branch.allocated


def test_the_flow_has_both_gates_and_the_sites_own_words(context: Context) -> None:
    flow = flow_of(context)
    assert [stage.label for stage in flow.stages] == ["Assessed for eligibility", "Registered", "Allocated"]
    reasons = [reason for reason, _ in flow.stages[1].leaving.reasons]  # type: ignore[union-attr]
    assert reasons == ["No response to induction", "Tumour not removable in the surgeon's judgement"]


def _without_refusals(dossier: Dossier) -> Dossier:
    ds = dossier.frames["DS"].filter(pl.col("DSTERM").is_null() | (pl.col("DSTERM") != "No response to induction"))
    return replace(dossier, frames=dossier.frames.replace("DS", ds))


def test_who_was_refused_is_told_from_who_is_still_before_allocation(by_arm: Dossier) -> None:
    before = flow_of(Context.of(by_arm)).stages[1].leaving
    after = flow_of(Context.of(_without_refusals(by_arm))).stages[1].leaving
    assert before is not None
    assert after is not None
    refused = dict(before.reasons)
    assert (before.waiting, after.waiting) == (0, refused.pop("No response to induction"))
    assert dict(after.reasons) == refused
    label, n, heads = after.lines[-1]
    assert (label, n, heads) == ("Still before allocation at the cutoff", after.waiting, True)
    assert after.lines[1] == ("Refused or left", after.n - after.waiting, True)


def test_a_death_without_an_end_of_the_trial_is_a_reason_and_no_waiting(by_arm: Dossier) -> None:
    opened = _without_refusals(by_arm)
    dm = opened.frames["DM"].with_columns(DTHFL=pl.lit("Y"))
    leaving = flow_of(Context.of(replace(opened, frames=opened.frames.replace("DM", dm)))).stages[1].leaving
    assert leaving is not None
    assert leaving.waiting == 0
    assert "Died" in dict(leaving.reasons)


def test_the_end_of_treatment_is_no_end_of_follow_up(by_arm: Dossier) -> None:
    ds = by_arm.frames["DS"].with_columns(
        DSSCOPE=pl.when(pl.col("DSDECOD") == "LOST TO FOLLOW-UP").then(pl.lit("TREATMENT")).otherwise("DSSCOPE")
    )
    flow = flow_of(Context.of(replace(by_arm, frames=by_arm.frames.replace("DS", ds))))
    assert {dict(branch.follow_up)["Lost to follow-up"] for branch in flow.branches} == {0}


def test_an_operation_not_done_is_counted_with_its_reason(context: Context) -> None:
    lines = dict(flow_of(context).branches[0].treatment)
    done = lines["Resection of all tumour done"]
    assert done + lines["Not done: subject declined"] == flow_of(context).branches[0].allocated
    assert done == context.dossier.derived.grades.height


def test_a_subject_left_out_of_the_analysis_is_named_as_such(by_arm: Dossier) -> None:
    adtte = by_arm.derived.adtte
    first = adtte["USUBJID"][0]
    cut = adtte.filter(~((pl.col("USUBJID") == first) & (pl.col("PARAMCD") == "PFS")))
    flow = flow_of(Context.of(replace(by_arm, derived=replace(by_arm.derived, adtte=cut))))
    left_out = [n for branch in flow.branches for line, n in branch.analysis if line.startswith("Left out")]
    assert left_out == [1]


def test_a_long_list_of_reasons_ends_in_the_others(by_arm: Dossier) -> None:
    ds = by_arm.frames["DS"].with_columns(
        DSTERM=pl.when(pl.col("DSDECOD") == "SCREEN FAILURE").then("Reason " + pl.col("USUBJID")).otherwise("DSTERM")
    )
    leaving = flow_of(Context.of(replace(by_arm, frames=by_arm.frames.replace("DS", ds)))).stages[1].leaving
    assert leaving is not None
    assert len(leaving.reasons) == 6
    assert leaving.reasons[-1][0].endswith("other reasons")
    assert sum(n for _, n in leaving.reasons) == leaving.n


WORDS = st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=0xD7A3), min_size=1, max_size=30), max_size=8)


@given(WORDS, st.floats(40, 300), st.sampled_from([10.5, 12.0]), st.booleans())
def test_wrapped_lines_fit_and_lose_no_letter(words: list[str], width: float, size: float, bold: bool) -> None:
    text = " ".join(words)
    lines = wrapped(text, width, size, bold=bold)
    assert all(text_width(line, size, bold=bold) <= width or len(line) == 1 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_boxes_stay_inside_the_drawing(context: Context) -> None:
    figure = consort_figure(context)
    for svg, width in ((figure.wide, 660), (figure.narrow, 330)):
        boxes = [part.split('"') for part in svg.split("<rect ")[1:]]
        assert boxes
        for box in boxes:
            x, box_width = float(box[1]), float(box[5])
            assert x >= 0
            assert x + box_width <= width + 0.1


def test_the_flow_figure_says_when_the_arms_are_withheld(pooled: Dossier) -> None:
    assert "run with --by-arm" in consort_figure(Context.of(pooled)).caption
