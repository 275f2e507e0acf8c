"""notebooks/reference.md says what the code does."""

from tests.generators.reference import PAGE, page


def test_the_reference_page_is_current():
    """If this fails: python -m tests.generators.reference."""
    assert PAGE.read_text() == page()
