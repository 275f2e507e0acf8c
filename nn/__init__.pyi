# Written by `python -m tests.generators.stubs`; change __init__.py, not this file.
# ruff: noqa: I001, RUF022

from nn import data as data
from nn import schedules as schedules
from nn.module import Buffer as Buffer
from nn.module import Module as Module
from nn.neuron import MLP as MLP
from nn.neuron import Layer as Layer
from nn.neuron import Neuron as Neuron
from nn.losses import LOSSES as LOSSES
from nn.losses import binary_cross_entropy as binary_cross_entropy
from nn.losses import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from nn.losses import categorical_cross_entropy as categorical_cross_entropy
from nn.losses import cross_entropy as cross_entropy
from nn.losses import find_loss as find_loss
from nn.losses import focal as focal
from nn.losses import half_mse as half_mse
from nn.losses import hinge as hinge
from nn.losses import huber as huber
from nn.losses import kl_divergence as kl_divergence
from nn.losses import l1_penalty as l1_penalty
from nn.losses import l2_penalty as l2_penalty
from nn.losses import log_cosh as log_cosh
from nn.losses import mae as mae
from nn.losses import mse as mse
from nn.losses import multi_class_hinge as multi_class_hinge
from nn.losses import multi_label as multi_label
from nn.optim import SGD as SGD
from nn.optim import Adagrad as Adagrad
from nn.optim import Adam as Adam
from nn.optim import AdamW as AdamW
from nn.optim import RMSprop as RMSprop
from nn.metrics import accuracy as accuracy
from nn.metrics import confusion_matrix as confusion_matrix
from nn.metrics import mean_absolute_error as mean_absolute_error
from nn.metrics import precision_recall_f1 as precision_recall_f1
from nn.metrics import r2 as r2
from nn.metrics import score_accuracy as score_accuracy
from nn.basics.first_weights import gain as gain
from nn.basics.first_weights import initializer as initializer
from nn.descent.clipping import clip_grad_norm as clip_grad_norm
from nn.descent.clipping import clip_grad_value as clip_grad_value
from nn.descent.clipping import gradient_norm as gradient_norm
from nn.descent.optimizer import Optimizer as Optimizer
from nn.layers.activation import Activation as Activation
from nn.layers.attention import AttentionHead as AttentionHead
from nn.layers.containers import Dropout as Dropout
from nn.layers.containers import Flatten as Flatten
from nn.layers.containers import Residual as Residual
from nn.layers.containers import Sequential as Sequential
from nn.layers.convolution import AvgPool1d as AvgPool1d
from nn.layers.convolution import AvgPool2d as AvgPool2d
from nn.layers.convolution import Conv1d as Conv1d
from nn.layers.convolution import Conv2d as Conv2d
from nn.layers.convolution import MaxPool1d as MaxPool1d
from nn.layers.convolution import MaxPool2d as MaxPool2d
from nn.layers.embedding import Embedding as Embedding
from nn.layers.normalisation import BatchNorm as BatchNorm
from nn.layers.normalisation import LayerNorm as LayerNorm
from nn.layers.normalisation import RMSNorm as RMSNorm
from nn.layers.recurrent import RNN as RNN
from nn.layers.recurrent import RNNCell as RNNCell
from nn.inspection.boundary import plot_boundary as plot_boundary
from nn.inspection.curves import plot_activations as plot_activations
from nn.inspection.curves import plot_confusion as plot_confusion
from nn.inspection.curves import plot_gradient_flow as plot_gradient_flow
from nn.inspection.curves import plot_gradients as plot_gradients
from nn.inspection.curves import plot_loss as plot_loss
from nn.inspection.curves import plot_regression as plot_regression
from nn.inspection.history import History as History
from nn.inspection.watching import watch as watch
from nn.inspection.loss_surface import ParameterPath as ParameterPath
from nn.inspection.loss_surface import plot_loss_surface as plot_loss_surface
from nn.inspection.summary import Summary as Summary
from nn.inspection.summary import summary as summary
from nn.command_line.predictor import load_predictor as load_predictor
from nn.training.diagnosis import Diagnosis as Diagnosis
from nn.training.diagnosis import diagnose as diagnose
from nn.training.loop import fit as fit
from nn.training.model_file import load as load
from nn.training.model_file import save as save
from nn.training.restarts import Restarts as Restarts
from nn.training.restarts import anneal as anneal
from nn.training.restarts import restarts as restarts
from nn.training.stopping import EarlyStopping as EarlyStopping

__version__: str
__all__ = [
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
    "LOSSES",
    "Layer",
    "LayerNorm",
    "MLP",
    "MaxPool1d",
    "MaxPool2d",
    "Module",
    "Neuron",
    "Optimizer",
    "ParameterPath",
    "RMSNorm",
    "RMSprop",
    "RNN",
    "RNNCell",
    "Residual",
    "Restarts",
    "SGD",
    "Sequential",
    "Summary",
    "accuracy",
    "anneal",
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
    "load_predictor",
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
    "watch",
]
