"""A picture as a `graphviz.Digraph` with record nodes, for people who want to change it by their own hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from autograd.drawing.cards import FRAME_STROKE, HEADER_COLORS, HIGHLIGHT, Arrow, Card, Enclosure, Picture
from autograd.drawing.layout.graphviz import plain_label
from autograd.system.letters import clean
from autograd.system.web_page import how_to_install

if TYPE_CHECKING:
    import graphviz


def digraph(picture: Picture) -> graphviz.Digraph:
    """The cards of `picture` as record nodes, its arrows as edges, its enclosures as clusters; layout left to Graphviz.

    Raises ImportError when the Python package `graphviz` is not installed.
    """
    graph = _package().Digraph(
        graph_attr={"rankdir": picture.direction, "nodesep": "0.2", "ranksep": "0.55"},
        node_attr={
            "shape": "record",
            "fontname": "Helvetica",
            "fontsize": "11",
            "style": "filled",
            "fillcolor": "white",
        },
        edge_attr={"fontname": "Helvetica", "fontsize": "9", "arrowsize": "0.7"},
    )
    stacked = picture.direction in ("LR", "RL")  # Graphviz turns records by a quarter with the direction
    for card in picture.cards:
        fields = "|".join(_escaped(text) for text in (card.title, *(row.text for row in card.rows)))
        graph.node(card.id, fields if stacked else f"{{{fields}}}", id=card.id, **_card_attributes(card))
    for arrow in picture.arrows:
        graph.edge(arrow.tail, arrow.head, id=arrow.id, **_arrow_attributes(arrow))
    for enclosure in picture.enclosures:
        graph.subgraph(_cluster(enclosure))
    return graph


def _package() -> Any:
    try:
        import graphviz
    except ImportError:
        advice = how_to_install("graphviz", "")
        raise ImportError(f"to_dot and .dot files need the Python package graphviz: {advice}") from None
    return graphviz


def _shown(text: str) -> str:
    return plain_label(clean(text))


def _escaped(text: str) -> str:
    """Text that a record shows as it is: { } | < > and the backslash mean something there."""
    return re.sub(r"([{}|<> ])", r"\\\1", _shown(text))


def _card_attributes(card: Card) -> dict[str, str]:
    border = {"color": HIGHLIGHT, "penwidth": "2.5"} if card.highlighted else {"color": HEADER_COLORS[card.kind]}
    tint = next((row.fill for row in card.rows if row.fill), "")
    return border | ({"fillcolor": tint} if tint else {})


def _arrow_attributes(arrow: Arrow) -> dict[str, str]:
    color, width = (HIGHLIGHT, 2.5) if arrow.highlighted else (arrow.color, arrow.width)
    attributes = {"color": color, "penwidth": f"{width:.3g}"}
    if arrow.label:
        attributes["label"] = _shown(arrow.label)
    return attributes | ({"style": "dashed"} if arrow.dashed else {})


def _cluster(enclosure: Enclosure) -> graphviz.Digraph:
    title = _shown(enclosure.title)
    cluster = _package().Digraph(f"cluster_{enclosure.id}", graph_attr={"label": f"{title} ", "color": FRAME_STROKE})
    for member in enclosure.members:
        cluster.node(member)
    for inner in enclosure.inner:
        cluster.subgraph(_cluster(inner))
    return cluster
