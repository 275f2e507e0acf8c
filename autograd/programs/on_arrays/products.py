"""Dots as matrix products: find the rows and columns in a heap of scalar dots.

    u₁·v₁, u₁·v₂, u₂·v₁, u₂·v₂        are the entries of        [u₁ u₂]ᵀ [v₁ v₂]

Every dot is an edge between its left and its right vector; an (almost) complete bipartite component of that graph is a
matrix product. Components of one shape become one stacked product: the heads of an attention layer, for example.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Vector = tuple[int, ...]
DENSE = 0.5  # a product may compute up to this share of entries that nobody asked for


@dataclass
class Product:
    """left[c, p] · right[c, q] for every component c; `entries` says which result each wanted entry is."""

    left: list[list[Vector]]
    right: list[list[Vector]]
    entries: list[tuple[int, int, int, int]]  # (c, p, q, result slot)


def products(dots: Sequence[tuple[Vector, Vector, int]], zero: int) -> list[Product]:
    """Stacked matrix products that contain all `dots`, triples (u, v, result slot); `zero` is a slot that holds 0.0.

    A sum has no order of its own: where the given order of terms leaves single dots, those of the left and of the right
    slots are tried as well, and the one with the fewest matrices is taken.
    """
    found = as_products(dots, zero)
    if all(len(p.left[0]) * len(p.right[0]) > 1 for p in found):
        return found
    orders = (lambda pair: pair, lambda pair: pair[::-1])
    others = [as_products([(*sorted_terms(u, v, order), s) for u, v, s in dots], zero) for order in orders]
    return min([found, *others], key=lambda attempt: sum(len(product.left) for product in attempt))


def as_products(dots: Sequence[tuple[Vector, Vector, int]], zero: int) -> list[Product]:
    """`products` with the terms in the order in which they stand."""
    stacks: dict[tuple[int, int, int], list[tuple[list[Vector], list[Vector], list[tuple[int, int, int]]]]] = {}
    for left, right, entries in components(align(list(dots), zero)):
        stacks.setdefault((len(left), len(right), len(left[0])), []).append((left, right, entries))
    return [stacked(parts) for parts in stacks.values()]


def sorted_terms(u: Vector, v: Vector, order: Callable[[tuple[int, int]], tuple[int, int]]) -> tuple[Vector, Vector]:
    """The terms u₁v₁, u₂v₂, … sorted."""
    pairs = sorted(zip(u, v, strict=True), key=order)
    return tuple(a for a, _ in pairs), tuple(b for _, b in pairs)


def align(dots: list[tuple[Vector, Vector, int]], zero: int) -> list[tuple[Vector, Vector, int]]:
    """Dots of different lengths brought to one, as for attention, where position t looks at t + 1 others.

    One side of the shorter dots is part of a longer vector: it becomes that vector, and the other side gets zeros where
    the shorter dot has no term.
    """
    if len({len(u) for u, _, _ in dots}) == 1:
        return dots
    by_left = widened([u for u, _, _ in dots])
    by_right = widened([v for _, v, _ in dots])
    if len(set(by_left.values())) <= len(set(by_right.values())):
        return [(by_left[u], spread(u, v, by_left[u], zero), slot) for u, v, slot in dots]
    return [(spread(v, u, by_right[v], zero), by_right[v], slot) for u, v, slot in dots]


def widened(vectors: Iterable[Vector]) -> dict[Vector, Vector]:
    """Each vector -> the longest one whose slots include its own; itself where there is none, or a slot comes twice."""
    distinct = sorted(set(vectors), key=len, reverse=True)
    home: dict[int, list[Vector]] = {}
    found: dict[Vector, Vector] = {vector: vector for vector in distinct}
    for vector in distinct:
        if len(set(vector)) < len(vector):
            continue
        wide = next((full for full in home.get(vector[0], []) if set(vector) <= set(full)), vector)
        found[vector] = wide
        if wide is vector:
            for slot in vector:
                home.setdefault(slot, []).append(vector)
    return found


def spread(places: Vector, values: Vector, wide: Vector, zero: int) -> Vector:
    """`values` where `places` stand in `wide`, `zero` elsewhere."""
    if wide == places:
        return values
    at = dict(zip(places, values, strict=True))
    return tuple(at.get(slot, zero) for slot in wide)


def components(
    dots: list[tuple[Vector, Vector, int]],
) -> list[tuple[list[Vector], list[Vector], list[tuple[int, int, int]]]]:
    """Connected components as (left vectors, right vectors, (p, q, result)); a sparse one falls into single dots."""
    root: dict[tuple[str, Vector], tuple[str, Vector]] = {}

    def find(x: tuple[str, Vector]) -> tuple[str, Vector]:
        while root.setdefault(x, x) != x:
            root[x] = x = root[root[x]]
        return x

    for u, v, _ in dots:
        root[find(("left", u))] = find(("right", v))
    members: dict[tuple[str, Vector], list[tuple[Vector, Vector, int]]] = {}
    for dot in dots:
        members.setdefault(find(("left", dot[0])), []).append(dot)
    found = []
    for part in members.values():
        left, right = sorted({u for u, _, _ in part}), sorted({v for _, v, _ in part})
        whole = len(part) >= DENSE * len(left) * len(right) and len({(u, v) for u, v, _ in part}) == len(part)
        found += [component(left, right, part)] if whole else [component([u], [v], [(u, v, s)]) for u, v, s in part]
    return found


def component(
    left: list[Vector], right: list[Vector], part: list[tuple[Vector, Vector, int]]
) -> tuple[list[Vector], list[Vector], list[tuple[int, int, int]]]:
    """Numbered rows and columns."""
    row, column = ({vector: i for i, vector in enumerate(side)} for side in (left, right))
    return left, right, [(row[u], column[v], slot) for u, v, slot in part]


def stacked(parts: list[tuple[list[Vector], list[Vector], list[tuple[int, int, int]]]]) -> Product:
    """Components of one shape as one product."""
    entries = [(c, p, q, slot) for c, (_, _, edges) in enumerate(parts) for p, q, slot in edges]
    return Product([left for left, _, _ in parts], [right for _, right, _ in parts], entries)
