"""Neural networks made of Values: every weight, sum and derivative can be looked at.

Neuron, Layer and MLP are micrograd's, with choices; beside them stand the layers, losses, optimizers and helpers that
a course on backpropagation names. Everything is built from `autograd.Value`: it can be drawn, stepped and checked.

Data sets and batches are in `nn.data`, learning rate schedules in `nn.schedules`.
"""

from . import engine  # noqa: I001, F401  (first: it says what is wrong when another package is called autograd)
from . import data, schedules
from .activations import Activation
from .attention import AttentionHead
from .boundary import plot_boundary
from .clipping import clip_grad_norm, clip_grad_value, gradient_norm
from .containers import Dropout, Flatten, Residual, Sequential
from .convolution import AvgPool1d, AvgPool2d, Conv1d, Conv2d, MaxPool1d, MaxPool2d
from .diagnosis import Diagnosis, diagnose
from .embedding import Embedding
from .history import History
from .init import gain, initializer
from .losses import (
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
from .metrics import accuracy, confusion_matrix, mean_absolute_error, precision_recall_f1, r2, score_accuracy
from .module import Buffer, Module
from .neuron import MLP, Layer, Neuron
from .normalisation import BatchNorm, LayerNorm, RMSNorm
from .optim import SGD, Adagrad, Adam, AdamW, RMSprop
from .optimizer import Optimizer
from .plots import plot_activations, plot_confusion, plot_gradient_flow, plot_gradients, plot_loss, plot_regression
from .recurrent import RNN, RNNCell
from .restart import Restarts, restarts
from .saving import load, save
from .stopping import EarlyStopping
from .summaries import Summary, summary
from .surface import ParameterPath, plot_loss_surface
from .training import fit

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
