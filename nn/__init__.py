"""Neural networks made of Values: every weight, sum and derivative can be looked at.

Neuron, Layer and MLP are micrograd's, with choices; beside them stand the layers, losses, optimizers and helpers that
a course on backpropagation names. Everything is built from `autograd.Value`: it can be drawn, stepped and checked.

Data sets and batches are in `nn.data`, learning rate schedules in `nn.schedules`.
"""

import autograd

if not hasattr(autograd, "OPERATIONS"):
    raise ImportError(
        f"nn needs glassgrad's autograd, but {autograd.__file__} belongs to another package named 'autograd' "
        "(HIPS' on PyPI). Uninstall both (`pip uninstall -y autograd glassgrad`), then install glassgrad again "
        "(`pip install .` in its source folder)."
    )

from autograd.system.moved import keep_old_homes
from nn import data, schedules
from nn.basics.activations import Activation
from nn.basics.first_weights import gain, initializer
from nn.descent.clipping import clip_grad_norm, clip_grad_value, gradient_norm
from nn.descent.optimizer import Optimizer
from nn.inspection.boundary import plot_boundary
from nn.inspection.curves import (
    plot_activations,
    plot_confusion,
    plot_gradient_flow,
    plot_gradients,
    plot_loss,
    plot_regression,
)
from nn.inspection.history import History
from nn.inspection.loss_surface import ParameterPath, plot_loss_surface
from nn.inspection.summary import Summary, summary
from nn.layers.attention import AttentionHead
from nn.layers.containers import Dropout, Flatten, Residual, Sequential
from nn.layers.convolution import AvgPool1d, AvgPool2d, Conv1d, Conv2d, MaxPool1d, MaxPool2d
from nn.layers.embedding import Embedding
from nn.layers.normalisation import BatchNorm, LayerNorm, RMSNorm
from nn.layers.recurrent import RNN, RNNCell
from nn.losses import (
    LOSSES,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    categorical_cross_entropy,
    cross_entropy,
    find_loss,
    focal,
    half_mse,
    hinge,
    huber,
    kl_divergence,
    l1_penalty,
    l2_penalty,
    log_cosh,
    mae,
    mse,
    multi_class_hinge,
    multi_label,
)
from nn.metrics import accuracy, confusion_matrix, mean_absolute_error, precision_recall_f1, r2, score_accuracy
from nn.module import Buffer, Module
from nn.neuron import MLP, Layer, Neuron
from nn.optim import SGD, Adagrad, Adam, AdamW, RMSprop
from nn.training.diagnosis import Diagnosis, diagnose
from nn.training.loop import fit
from nn.training.model_file import load, save
from nn.training.restarts import Restarts, restarts
from nn.training.stopping import EarlyStopping

keep_old_homes(
    "nn",
    {
        "activations": "basics.activations",
        "attention": "layers.attention",
        "containers": "layers.containers",
        "convolution": "layers.convolution",
        "diagnosis": "training.diagnosis",
        "embedding": "layers.embedding",
        "history": "inspection.history",
        "normalisation": "layers.normalisation",
        "optimizer": "descent.optimizer",
        "recurrent": "layers.recurrent",
        "restart": "training.restarts",
        "stopping": "training.stopping",
        "summaries": "inspection.summary",
        "surface": "inspection.loss_surface",
        "tables": "data.tables",
    },
)

__built_on_values__ = True  # where a user's line is wanted, ours is passed over

__all__ = [
    "LOSSES",
    "MLP",
    "RNN",
    "SGD",
    "Activation",
    "Adagrad",
    "Adam",
    "AdamW",
    "AttentionHead",
    "AvgPool1d",
    "AvgPool2d",
    "BatchNorm",
    "Buffer",
    "Conv1d",
    "Conv2d",
    "Diagnosis",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "Flatten",
    "History",
    "Layer",
    "LayerNorm",
    "MaxPool1d",
    "MaxPool2d",
    "Module",
    "Neuron",
    "Optimizer",
    "ParameterPath",
    "RMSNorm",
    "RMSprop",
    "RNNCell",
    "Residual",
    "Restarts",
    "Sequential",
    "Summary",
    "accuracy",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "categorical_cross_entropy",
    "clip_grad_norm",
    "clip_grad_value",
    "confusion_matrix",
    "cross_entropy",
    "data",
    "diagnose",
    "find_loss",
    "fit",
    "focal",
    "gain",
    "gradient_norm",
    "half_mse",
    "hinge",
    "huber",
    "initializer",
    "kl_divergence",
    "l1_penalty",
    "l2_penalty",
    "load",
    "log_cosh",
    "mae",
    "mean_absolute_error",
    "mse",
    "multi_class_hinge",
    "multi_label",
    "plot_activations",
    "plot_boundary",
    "plot_confusion",
    "plot_gradient_flow",
    "plot_gradients",
    "plot_loss",
    "plot_loss_surface",
    "plot_regression",
    "precision_recall_f1",
    "r2",
    "restarts",
    "save",
    "schedules",
    "score_accuracy",
    "summary",
]
