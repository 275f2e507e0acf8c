"""Two packages are called `autograd`: this one and HIPS'. Installed into one environment they mix their files."""

import os

_OF_HIPS = ("tracer.py", os.path.join("numpy", "numpy_boxes.py"))


def refuse_foreign_files(folder: str) -> None:
    """ImportError, with the cure, if files of HIPS' autograd lie in this package's folder."""
    foreign = [name for name in _OF_HIPS if os.path.exists(os.path.join(folder, name))]
    if foreign:
        raise ImportError(
            f"two packages named 'autograd' lie in {folder}: glassgrad's and HIPS' ({', '.join(foreign)}). "
            "Uninstall both (`pip uninstall -y autograd glassgrad`), then install glassgrad again (`pip install .` in "
            "its source folder). Uninstalling HIPS' alone would take glassgrad's __init__.py along."
        )
