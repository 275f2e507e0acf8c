"""What is written from the code says what the code does."""

import pytest

from tests.generators import stubs
from tests.generators.reference import PAGE, page


def test_the_reference_page_is_current():
    """If this fails: python -m tests.generators.reference."""
    assert PAGE.read_text() == page()


@pytest.mark.parametrize("package", stubs.PACKAGES)
def test_type_checkers_see_the_public_names(package):
    """If this fails: python -m tests.generators.stubs."""
    assert stubs.path(package).read_text() == stubs.stub(package)
