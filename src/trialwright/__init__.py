"""Protocol in, trial out: the public face, in the order of a trial.

Names are loaded when they are first used, so that ``trialwright --help`` stays quick.
"""

from trialwright.model.library import load_object

__version__ = "0.1.0"

_FACE = {
    "read_record": "trialwright.conduct.author:read_record",
    "import_record": "trialwright.conduct.author:import_record",
    "open_study": "trialwright.conduct.studies:open_study",
    "amend": "trialwright.conduct.amend:amend",
    "write_forms": "trialwright.conduct.forms:write_forms",
    "read_forms": "trialwright.conduct.forms:read_forms",
    "read_data": "trialwright.conduct.run:read_data",
    "screen": "trialwright.conduct.screen:screen",
    "due_on": "trialwright.conduct.due:due_on",
    "seal": "trialwright.conduct.sealing:seal",
    "allocate_next": "trialwright.conduct.allocate:allocate_next",
    "rerandomise": "trialwright.conduct.rerandomise:rerandomise",
    "simulate": "trialwright.design.simulate:simulate",
    "write_simulated": "trialwright.design.folder:write",
    "derive_endpoints": "trialwright.conduct.analyse:derive_endpoints",
    "analyse": "trialwright.conduct.analyse:analyse",
    "run": "trialwright.conduct.run:run",
    "trace": "trialwright.conduct.trace:trace",
    "kaplan_meier": "trialwright.analysis.survival:kaplan_meier",
    "quantiles": "trialwright.analysis.survival:quantiles",
    "milestones": "trialwright.analysis.survival:milestones",
    "n_at_risk": "trialwright.analysis.survival:n_at_risk",
    "median_follow_up": "trialwright.analysis.survival:median_follow_up",
    "logrank": "trialwright.analysis.survival:logrank",
    "cox": "trialwright.analysis.survival:cox",
    "cox_zph": "trialwright.analysis.survival:cox_zph",
    "rmst": "trialwright.analysis.survival:rmst",
    "cumulative_incidence": "trialwright.analysis.survival:cumulative_incidence",
    "gray": "trialwright.analysis.survival:gray",
    "fine_gray": "trialwright.analysis.survival:fine_gray",
    "roc": "trialwright.analysis.accuracy:roc",
    "classification": "trialwright.analysis.accuracy:classification",
    "calibration": "trialwright.analysis.accuracy:calibration",
    "decision_curve": "trialwright.analysis.accuracy:decision_curve",
    "time_auc": "trialwright.analysis.accuracy:time_auc",
    "uno_c": "trialwright.analysis.accuracy:uno_c",
    "marker_by_arm": "trialwright.analysis.accuracy:marker_by_arm",
    "proportion": "trialwright.analysis.proportions:proportion",
    "proportion_difference": "trialwright.analysis.proportions:proportion_difference",
    "forest": "trialwright.analysis.forest:forest",
}

__all__ = ["__version__", *_FACE]  # noqa: PLE0604 - the names are text; the linter cannot see into the mapping


def __getattr__(name: str) -> object:
    if name not in _FACE:
        raise AttributeError(f"module 'trialwright' has no attribute {name!r}")
    return load_object(_FACE[name])


def __dir__() -> list[str]:
    return sorted(__all__)
