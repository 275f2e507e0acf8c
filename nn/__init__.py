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
from autograd.system.names import public_names

# Every public name, once, beside the module it lives in. Type checkers read __init__.pyi, which is written from this:
# python -m tests.generators.stubs.
_HOMES = {
    "module": "Buffer Module",
    "neuron": "MLP Layer Neuron",
    "losses": """LOSSES binary_cross_entropy binary_cross_entropy_with_logits categorical_cross_entropy cross_entropy
        find_loss focal half_mse hinge huber kl_divergence l1_penalty l2_penalty log_cosh mae mse
        multi_class_hinge multi_label""",
    "optim": "SGD Adagrad Adam AdamW RMSprop",
    "metrics": "accuracy confusion_matrix mean_absolute_error precision_recall_f1 r2 score_accuracy",
    "basics.first_weights": "gain initializer",
    "descent.clipping": "clip_grad_norm clip_grad_value gradient_norm",
    "descent.optimizer": "Optimizer",
    "layers.activation": "Activation",
    "layers.attention": "AttentionHead",
    "layers.containers": "Dropout Flatten Residual Sequential",
    "layers.convolution": "AvgPool1d AvgPool2d Conv1d Conv2d MaxPool1d MaxPool2d",
    "layers.embedding": "Embedding",
    "layers.normalisation": "BatchNorm LayerNorm RMSNorm",
    "layers.recurrent": "RNN RNNCell",
    "inspection.boundary": "plot_boundary",
    "inspection.curves": """plot_activations plot_confusion plot_gradient_flow plot_gradients plot_loss
        plot_regression""",
    "inspection.history": "History",
    "inspection.watching": "watch",
    "inspection.loss_surface": "ParameterPath plot_loss_surface",
    "inspection.summary": "Summary summary",
    "command_line.predictor": "load_predictor",
    "training.diagnosis": "Diagnosis diagnose",
    "training.loop": "fit",
    "training.model_file": "load save",
    "training.restarts": "Restarts anneal restarts",
    "training.stopping": "EarlyStopping",
}
__all__ = sorted(["data", "schedules", *(name for names in _HOMES.values() for name in names.split())])
_ELSEWHERE = {
    **{
        name: f'nn.Activation("{name.lower()}")'
        for name in ("ELU", "GELU", "ReLU", "Sigmoid", "SiLU", "Softplus", "Tanh")
    },
    "BCELoss": "nn.binary_cross_entropy",
    "BCEWithLogitsLoss": "nn.binary_cross_entropy_with_logits",
    "BatchNorm1d": "nn.BatchNorm",
    "CrossEntropyLoss": "nn.cross_entropy",
    "HuberLoss": "nn.huber",
    "L1Loss": "nn.mae",
    "Linear": "nn.Layer(inputs, outputs, nonlin=False)",
    "MSELoss": "nn.mse",
    "ModuleList": "a list: modules are found in it",
    "Parameter": "autograd.Value: every leaf that a module holds is a parameter",
    "functional": "autograd, for operations, and nn, for losses",
}
__getattr__, __dir__ = public_names(__name__, _HOMES, _ELSEWHERE)
keep_old_homes(
    "nn",
    {
        "activations": "layers.activation",
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

__version__ = autograd.__version__
__built_on_values__ = True  # where a user's line is wanted, ours is passed over
