import nn

NAMES = """
AdamW Adagrad Adam Optimizer RMSprop SGD clip_grad_norm clip_grad_value gradient_norm
Activation AttentionHead AvgPool1d AvgPool2d BatchNorm Buffer Conv1d Conv2d Dropout Embedding Flatten Layer LayerNorm
MLP MaxPool1d MaxPool2d Module Neuron RMSNorm RNN RNNCell Residual Sequential gain initializer Summary summary
LOSSES binary_cross_entropy binary_cross_entropy_with_logits categorical_cross_entropy cross_entropy find_loss
focal half_mse hinge huber kl_divergence l1_penalty l2_penalty log_cosh mae mse multi_class_hinge multi_label
data schedules fit EarlyStopping History Restarts anneal restarts save load load_predictor Diagnosis diagnose
accuracy confusion_matrix mean_absolute_error precision_recall_f1 r2 score_accuracy
ParameterPath plot_activations plot_boundary plot_confusion plot_gradient_flow plot_gradients plot_loss
plot_loss_surface plot_regression watch
"""


def test_the_public_surface_is_what_was_meant():
    assert sorted(nn.__all__) == sorted(NAMES.split())


def test_every_public_name_is_there_and_documented():
    for name in nn.__all__:
        assert name == "LOSSES" or getattr(nn, name).__doc__, name
