from trialwright.analysis.accuracy import calibration as calibration
from trialwright.analysis.accuracy import classification as classification
from trialwright.analysis.accuracy import decision_curve as decision_curve
from trialwright.analysis.accuracy import marker_by_arm as marker_by_arm
from trialwright.analysis.accuracy import roc as roc
from trialwright.analysis.accuracy import time_auc as time_auc
from trialwright.analysis.accuracy import uno_c as uno_c
from trialwright.analysis.forest import forest as forest
from trialwright.analysis.proportions import proportion as proportion
from trialwright.analysis.proportions import proportion_difference as proportion_difference
from trialwright.analysis.survival import cox as cox
from trialwright.analysis.survival import cox_zph as cox_zph
from trialwright.analysis.survival import cumulative_incidence as cumulative_incidence
from trialwright.analysis.survival import fine_gray as fine_gray
from trialwright.analysis.survival import gray as gray
from trialwright.analysis.survival import kaplan_meier as kaplan_meier
from trialwright.analysis.survival import logrank as logrank
from trialwright.analysis.survival import median_follow_up as median_follow_up
from trialwright.analysis.survival import milestones as milestones
from trialwright.analysis.survival import n_at_risk as n_at_risk
from trialwright.analysis.survival import quantiles as quantiles
from trialwright.analysis.survival import rmst as rmst
from trialwright.conduct.allocate import allocate_next as allocate_next
from trialwright.conduct.amend import amend as amend
from trialwright.conduct.analyse import analyse as analyse
from trialwright.conduct.analyse import derive_endpoints as derive_endpoints
from trialwright.conduct.author import import_record as import_record
from trialwright.conduct.author import read_record as read_record
from trialwright.conduct.due import due_on as due_on
from trialwright.conduct.forms import read_forms as read_forms
from trialwright.conduct.forms import write_forms as write_forms
from trialwright.conduct.rerandomise import rerandomise as rerandomise
from trialwright.conduct.run import read_data as read_data
from trialwright.conduct.run import run as run
from trialwright.conduct.screen import screen as screen
from trialwright.conduct.sealing import seal as seal
from trialwright.conduct.studies import open_study as open_study
from trialwright.conduct.trace import trace as trace
from trialwright.design.folder import write as write_simulated
from trialwright.design.simulate import simulate as simulate

__version__: str

__all__ = [
    "__version__",
    "read_record",
    "import_record",
    "open_study",
    "amend",
    "write_forms",
    "read_forms",
    "read_data",
    "screen",
    "due_on",
    "seal",
    "allocate_next",
    "rerandomise",
    "simulate",
    "write_simulated",
    "derive_endpoints",
    "analyse",
    "run",
    "trace",
    "kaplan_meier",
    "quantiles",
    "milestones",
    "n_at_risk",
    "median_follow_up",
    "logrank",
    "cox",
    "cox_zph",
    "rmst",
    "cumulative_incidence",
    "gray",
    "fine_gray",
    "roc",
    "classification",
    "calibration",
    "decision_curve",
    "time_auc",
    "uno_c",
    "marker_by_arm",
    "proportion",
    "proportion_difference",
    "forest",
]
