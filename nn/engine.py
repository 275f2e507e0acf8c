"""Make sure that the `autograd` found is glassgrad's: HIPS' package on PyPI has the same import name."""

import autograd

if not hasattr(autograd, "OPERATIONS"):
    raise ImportError(
        f"nn needs glassgrad's autograd, but {autograd.__file__} belongs to another package named 'autograd' "
        "(HIPS' on PyPI). Uninstall both (`pip uninstall -y autograd glassgrad`), then install glassgrad again "
        "(`pip install .` in its source folder)."
    )
