"""Training: the loop, how it gets its gradients, and what watches it.

In reading order: `loop` (fit), `arguments` (what it accepts), `gradient` (of a batch, by its graph), `recorded` (by a
recorded program), `per_row` (when that may be trusted), `on_values` and `on_arrays` (where the numbers are meanwhile),
`stopping`, `restarts` (and annealing), `diagnosis` (what went wrong, in words), `model_file` (save, load).
"""

from nn.losses import Loss
from nn.module import parameters_by_layer
from nn.training.arguments import Callback, Metric
from nn.training.gradient import GradientStep, Penalty, eager_step
from nn.training.loop import fit

__all__ = ["Callback", "GradientStep", "Loss", "Metric", "Penalty", "eager_step", "fit", "parameters_by_layer"]
