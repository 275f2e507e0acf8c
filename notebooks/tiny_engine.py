"""The kind of engine that many people write first: each value remembers its operands, and a function of its own that
does its part of the backward pass. For notebook 9, which races it against glassgrad."""


class Tiny:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents, self.backprop = data, 0.0, parents, lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Tiny) else Tiny(other)
        out = Tiny(self.data + other.data, (self, other))

        def backprop():
            self.grad += out.grad
            other.grad += out.grad

        out.backprop = backprop
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tiny) else Tiny(other)
        out = Tiny(self.data * other.data, (self, other))

        def backprop():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.backprop = backprop
        return out

    def relu(self):
        out = Tiny(max(0.0, self.data), (self,))

        def backprop():
            self.grad += (self.data > 0) * out.grad

        out.backprop = backprop
        return out

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for parent in v.parents:
                    visit(parent)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v.backprop()
