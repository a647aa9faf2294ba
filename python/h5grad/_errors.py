# SPDX-License-Identifier: BSD-3-Clause
"""What is raised, and how the statuses of the library become it."""

from . import _library


class Error(RuntimeError):
    """The file, the data or the machine does not allow it; nothing is at the output."""


class UsageError(Error, ValueError):
    """Arguments that nothing could satisfy. Also a RuntimeError, as torch.gradient raises."""


class Cancelled(Error):
    """The run was stopped; nothing is at the output, unless `resumable` is true: then the same call
    with resume=True goes on."""

    def __init__(self, message, resumable=False):
        super().__init__(message)
        self.resumable = resumable


class Warning(UserWarning):
    """What is worth a line of any run: an axis left out, a field skipped."""


def raise_error(error, failure=Error):
    """Raises what a struct h5grad_error says; failure is for what the data do not allow."""
    text = error.message.decode("utf-8", "replace")
    if error.status == _library.NO_MEMORY:
        raise MemoryError(text)
    if error.status in (_library.CANCELLED, _library.RESUMABLE):
        raise Cancelled(text, error.status == _library.RESUMABLE)
    raise (UsageError if error.status == _library.USAGE else failure)(text)
