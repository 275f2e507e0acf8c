"""Letters that no terminal and no XML file may get, made visible; the minus sign."""

MINUS = "\N{MINUS SIGN}"
UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


def clean(text: str) -> str:
    """`text` on one line, with characters that no XML file or terminal may hold made visible.

    Control characters and lone surrogates are not allowed in XML, and would steer a terminal; direction overrides would
    let a label reorder the text around it. The zero-width joiner stays: emoji are built with it.

    >>> clean("a\\tb\\x00c")
    'a b�c'
    """
    return text if text.isprintable() else "".join(map(_clean_letter, text))


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, its end kept: names differ at their ends.

    >>> cut("layer0.neuron1.w0", 12)
    'layer0.n….w0'
    """
    tail = (limit - 1) // 3
    return text if len(text) <= limit else f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def shorten(text: str, limit: int) -> str:
    """`text` cut and clean."""
    return clean(cut(text, limit))


def clean_lines(text: str) -> str:
    """The same with its line breaks left in."""
    return "\n".join(map(clean, text.split("\n")))


def with_minus(number: str) -> str:
    """A number, as Python writes it, with a real minus sign.

    >>> with_minus("-0.25")
    '−0.25'
    """
    return number.replace("-", MINUS)


def _clean_letter(letter: str) -> str:
    if letter.isprintable() or letter == "\N{ZERO WIDTH JOINER}":
        return letter
    return " " if letter.isspace() else UNPRINTABLE
