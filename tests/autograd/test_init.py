"""Files of HIPS' package of the same name, in this one's folder."""

import pytest

from autograd import _refuse_foreign_files


@pytest.mark.parametrize("name", ["tracer.py", "numpy/numpy_boxes.py"])
def test_a_file_of_the_other_autograd_is_named_with_the_cure(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    with pytest.raises(ImportError, match="two packages named 'autograd'") as error:
        _refuse_foreign_files(str(tmp_path))
    assert str(tmp_path) in str(error.value)
    assert name.split("/")[-1] in str(error.value)
    assert "Uninstall both" in str(error.value)


def test_a_folder_of_ones_own_files_is_fine(tmp_path):
    (tmp_path / "value.py").touch()
    (tmp_path / "numpy").mkdir()
    assert _refuse_foreign_files(str(tmp_path)) is None
