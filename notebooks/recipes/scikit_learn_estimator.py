"""A network of glassgrad's as an estimator of scikit-learn's: for pipelines, grid searches and cross-validation."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

import nn
from autograd import no_grad, softmax


class GlassClassifier(ClassifierMixin, BaseEstimator):
    """`estimator.model_` is the nn.MLP: draw it, step through it, save it."""

    def __init__(self, hidden=(8,), epochs=60, learning_rate=0.05, random_state=None):
        self.hidden, self.epochs, self.learning_rate, self.random_state = hidden, epochs, learning_rate, random_state

    def fit(self, X, y):
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        self.scaler_ = StandardScaler().fit(X)
        seed = int(check_random_state(self.random_state).randint(2**31))
        sizes = [*self.hidden, max(2, len(self.classes_))]  # two outputs even for one class: a list of logits
        self.model_ = nn.MLP(X.shape[1], sizes, "tanh", init="xavier_uniform", rng=seed)
        how = {"loss": "cross_entropy", "optimizer": lambda ps: nn.Adam(ps, lr=self.learning_rate), "progress": False}
        nn.fit(self.model_, self.scaler_.transform(X), numbers, epochs=self.epochs, **how)
        return self

    def predict_proba(self, X):
        check_is_fitted(self)
        rows = self.scaler_.transform(validate_data(self, X, reset=False)).tolist()
        with no_grad():
            return np.array([[p.data for p in softmax(self.model_(row)[: len(self.classes_)])] for row in rows])

    def predict(self, X):
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]
