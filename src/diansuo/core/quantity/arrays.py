"""The guard at every entry to core: columns have one length and exactly the dtype they claim."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Int16 = npt.NDArray[np.int16]
Bool = npt.NDArray[np.bool_]


class WrongColumn(TypeError):
    """A column handed to core has the wrong dtype, shape or length."""


def require(dtype: type[np.generic], /, **columns: npt.NDArray[Any]) -> None:
    """Check that every column is one-dimensional with exactly this dtype and that all lengths agree.

    A float column that carries money, or an int32 that will overflow, is refused here and never cast.

    Raises:
        WrongColumn: names the column, what it is and what it must be.
    """
    length: int | None = None
    for name, column in columns.items():
        if not isinstance(column, np.ndarray) or column.ndim != 1:
            raise WrongColumn(f"{name}: expected a one-dimensional array, got {type(column).__name__}")
        if column.dtype != np.dtype(dtype):
            raise WrongColumn(f"{name}: expected {np.dtype(dtype)}, got {column.dtype}")
        if length is not None and len(column) != length:
            raise WrongColumn(f"{name}: expected {length} rows, got {len(column)}")
        length = len(column)
