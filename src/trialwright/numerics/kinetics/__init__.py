"""Decline of a tumour marker in one subject and in a population.

* `structure`, `biexponential`, `residual_decay`, `structures`: the curves, one file a model, and their table;
* `series`: what is measured (`Series`) and what is known beforehand (`Population`, `ErrorModel`);
* `likelihood`: measurements with errors, below or above a limit; `map_estimate`: the most probable parameters of each
  subject; `posterior`: how sure they are; `next_sample`: what one more sample would add;
* `virtual`: invented series whose truth is known; `saem`, `marginal`, `population_fit`: a population fitted to series;
  `predictive_check`, `prediction_errors`, `seed_spread`: how well it fits;
* `descriptive`: slope, half-life, nadir and time to normalisation, none of which is KELIM.

A model's kernels are evaluated over the observations of many subjects at once and hand over arrays; what follows
(errors, Newton steps, weights) knows no model. So a model is one file, and the compiler's cache, which watches one
file at a time, never mixes an old curve with a new step.
"""
