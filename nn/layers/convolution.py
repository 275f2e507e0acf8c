"""Convolution and pooling: one neuron, or one maximum or mean, slid over the windows of a signal or a picture.

A picture is a list of channels, each a list of rows (channels × height × width); a signal is a list of channels, each
a list of numbers (channels × length), and is worked on as a picture of height 1. One channel may be given without the
list around it. An output has ⌊(length + 2·padding − size) / stride⌋ + 1 windows in each direction.
"""

import random
from collections.abc import Sequence
from typing import Any, TypeAlias

from autograd import maximum, mean
from nn.basics.activations import ActivationLike
from nn.basics.checks import as_rng, positive
from nn.basics.first_weights import Init
from nn.basics.nested import Nested, shape, sizes_of, without_arrays
from nn.module import Module
from nn.neuron import Neuron

Size: TypeAlias = int | tuple[int, int]
Picture: TypeAlias = list[list[list[Any]]]


class Conv2d(Module):
    """Every output channel is one neuron that looks at one window (all channels of it) after the other.

    `kernel_size`, `stride` and `padding` (zeros around) are numbers, or pairs for height and width. The neuron's
    weights are in torch's order, channel by channel and row by row; nothing is mirrored (cross-correlation, as
    everywhere in deep learning). The other options are Neuron's. Raises ValueError for another number of channels and
    for a picture smaller than the kernel.

    >>> [[[v.data for v in row] for row in channel] for channel in Conv2d(1, 1, 2, init=1.0)([[1, 2, 3], [4, 5, 6]])]
    [[[12.0, 16.0]]]
    """

    dimensions = 2

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        *,
        activation: ActivationLike = None,
        init: Init = "he_uniform",
        rng: random.Random | int | None = None,
        fused: bool = True,
        bias: bool = True,
    ) -> None:
        self.channels_in = positive("channels_in", channels_in)
        self.kernel_size = _height_and_width("kernel_size", kernel_size, self.dimensions)
        self.stride = _height_and_width("stride", stride, self.dimensions)
        self.padding = _height_and_width("padding", padding, self.dimensions, least=0)
        area, rng = self.kernel_size[0] * self.kernel_size[1], as_rng(rng)
        self.neurons = [
            Neuron(
                channels_in * area,
                activation=activation,
                init=init,
                rng=rng,
                fused=fused,
                bias=bias,
                fan_out=channels_out * area,
            )
            for _ in range(positive("channels_out", channels_out))
        ]

    def __call__(self, x: Nested) -> Any:
        picture = _as_picture(x, self.dimensions)
        if len(picture) != self.channels_in:
            raise ValueError(f"{type(self).__name__} takes {self.channels_in} channels, not {shape(without_arrays(x))}")
        grid = _windows(_padded(picture, *self.padding), self.kernel_size, self.stride)
        maps = [[[neuron(window) for window in row] for row in grid] for neuron in self.neurons]
        return maps if self.dimensions == 2 else [rows[0] for rows in maps]

    def extra_repr(self) -> str:
        size = " × ".join(map(str, self.kernel_size[-self.dimensions :]))
        return f"{self.channels_in} → {len(self.neurons)} channels, kernel {size}"


class Conv1d(Conv2d):
    """Conv2d for signals, channels × length; the sizes are single numbers.

    >>> [[v.data for v in channel] for channel in Conv1d(1, 1, 2, init=1.0, padding=1)([1, 2, 3])]
    [[1.0, 3.0, 5.0, 3.0]]
    """

    dimensions = 1


class MaxPool2d(Module):
    """The largest number of every window of every channel.

    `size` and `stride` are numbers or pairs; without `stride`, windows follow each other without overlap. The gradient
    goes to the largest number. Equal ones share it as `maximum` does, half to each side, at every halving of the
    window: 2, 4 or 8 get as much each, three get 1/2, 1/4 and 1/4. (torch gives all of it to the first.)
    """

    dimensions = 2

    def __init__(self, size: Size, stride: Size | None = None) -> None:
        self.size = _height_and_width("size", size, self.dimensions)
        self.stride = self.size if stride is None else _height_and_width("stride", stride, self.dimensions)

    def __call__(self, x: Nested) -> Any:
        grids = [_windows([channel], self.size, self.stride) for channel in _as_picture(x, self.dimensions)]
        maps = [[[self.combine(window) for window in row] for row in grid] for grid in grids]
        if self.dimensions == 1:
            maps = [rows[0] for rows in maps]
        return maps if len(sizes_of(without_arrays(x))) > self.dimensions else maps[0]

    def combine(self, window: Sequence[Any]) -> Any:
        """The one number that stands for a window."""
        return _largest(window)

    def extra_repr(self) -> str:
        return " × ".join(map(str, self.size[-self.dimensions :]))


class MaxPool1d(MaxPool2d):
    """MaxPool2d for signals, channels × length; the sizes are single numbers."""

    dimensions = 1


class AvgPool2d(MaxPool2d):
    """The mean of every window of every channel; otherwise as MaxPool2d."""

    def combine(self, window: Sequence[Any]) -> Any:
        """The mean of the window, one node."""
        return mean(window)


class AvgPool1d(AvgPool2d):
    """AvgPool2d for signals, channels × length; the sizes are single numbers."""

    dimensions = 1


def _largest(numbers: Sequence[Any]) -> Any:
    """The maximum of the maxima of both halves: the four equal numbers of a 2 × 2 window get a quarter each."""
    if len(numbers) == 1:
        return numbers[0]
    middle = len(numbers) // 2
    return maximum(_largest(numbers[:middle]), _largest(numbers[middle:]))


def _height_and_width(name: str, size: Size, dimensions: int, least: int = 1) -> tuple[int, int]:
    """(height, width) from one number for both or from a pair; (least, width) for a signal, whose height is 1."""
    if dimensions == 1:
        return least, positive(name, size, least)
    height, width = size if isinstance(size, Sequence) and len(size) == 2 else (size, size)
    return positive(name, height, least), positive(name, width, least)


def _as_picture(x: Nested, dimensions: int) -> Picture:
    """channels × height × width. Raises ValueError for another nesting or rows of different lengths."""
    given = without_arrays(x)
    depth = len(sizes_of(given))
    channels = [given] if depth == dimensions else given if depth == dimensions + 1 else []
    picture = [[channel] for channel in channels] if dimensions == 1 else channels
    sizes = {(len(rows), len(row)) for rows in picture for row in rows}
    if len(sizes) != 1:
        wanted = "channels × height × width" if dimensions == 2 else "channels × length"
        raise ValueError(f"expected nested lists {wanted} with rows of one length, got {shape(given)}")
    return picture


def _padded(picture: Picture, above: int, beside: int) -> Picture:
    """With `above` rows of zeros above and below, and `beside` zeros left and right."""
    width = len(picture[0][0]) + 2 * beside
    empty, edge = [[0.0] * width for _ in range(above)], [0.0] * beside
    return [[*empty, *([*edge, *row, *edge] for row in rows), *empty] for rows in picture]


def _windows(picture: Picture, size: tuple[int, int], stride: tuple[int, int]) -> list[list[list[Any]]]:
    """The numbers in every window, channel by channel and row by row: a grid of lists."""
    height, width = len(picture[0]), len(picture[0][0])
    if height < size[0] or width < size[1]:
        raise ValueError(f"a window of {size[0]} × {size[1]} does not fit into {height} × {width} numbers")
    return [
        [
            [v for rows in picture for row in rows[top : top + size[0]] for v in row[left : left + size[1]]]
            for left in range(0, width - size[1] + 1, stride[1])
        ]
        for top in range(0, height - size[0] + 1, stride[0])
    ]
