# SPDX-License-Identifier: BSD-3-Clause
"""Runs from file to file, their plans, and lists of fields."""

import ctypes
import logging
import os
import queue
import threading
import warnings
from collections.abc import Mapping
from ctypes import POINTER, byref
from typing import Any, Callable, Optional, Union

from . import _gradient, _hdf5, _library
from ._errors import UsageError, Warning, raise_error
from ._report import Report, report_of

log = logging.getLogger("h5grad")

Path = Union[str, bytes, os.PathLike]

FLAGS = ("no_unpack", "no_history", "xdmf", "split", "overwrite", "sync", "checkpoint", "resume",
         "follow_external", "allow_plugins", "allow_missing_sources", "strict",
         "update", "skip_results", "swmr")
TEXTS = ("edges", "missing", "time_unit", "dtype", "name", "layout", "filter", "sphere")
LISTS = {"dataset": "datasets", "dim": "dims", "vector": "vectors", "spacing": "spacings",
         "coord": "coords", "accuracy": "accuracies", "boundary": "boundaries", "period": "periods",
         "compute": "computes", "subset": "subsets"}
NUMBERS = ("edge_order", "threads")
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

# int atoi(const char *), by which the library asks whether to stop: user is the text "0", or "1" to
# stop. So no worker waits for Python's interpreter.
_read_number = ctypes.cast(ctypes.CDLL(None).atoi, ctypes.c_void_p)


def _raw(text):
    """A name as a file has it."""
    return os.fsencode(text) if isinstance(text, os.PathLike) else str(text).encode("utf-8", "surrogateescape")


def _word(value):
    """An entry of a list: a number with all its digits, a text as it is."""
    return _raw(repr(float(value)) if isinstance(value, float) else value)


def _entries(value):
    """The entries of an option that may be given several times."""
    if isinstance(value, Mapping):
        return [_raw(axis) + b"=" + _word(entry) for axis, entry in value.items()]
    if isinstance(value, (str, bytes, os.PathLike)) or not hasattr(value, "__iter__"):
        value = [value]
    return [entry if isinstance(entry, bytes) else _word(entry) for entry in value]


def _size(value):
    """Bytes, of a number or a text like "512M"."""
    if isinstance(value, str):
        number, unit = value.rstrip("KMGTkmgt"), value[len(value.rstrip("KMGTkmgt")):].upper()
        if not number.isdigit() or unit not in UNITS:
            raise UsageError(f"memory {value!r}: must be a size such as 512M or 2G")
        return int(number) * UNITS[unit]
    return int(value)


def options_of(given):
    """The struct of options that keyword arguments stand for."""
    options = _library.Options(size=ctypes.sizeof(_library.Options))
    for name, value in given.items():
        if value is None or (name == "sphere" and value is False):
            continue
        if name in LISTS:
            entries = _entries(value)
            setattr(options, LISTS[name], (ctypes.c_char_p * len(entries))(*entries))
            setattr(options, "n_" + LISTS[name], len(entries))
        elif name in TEXTS:
            setattr(options, name, b"" if value is True else _word(value))
        elif name in FLAGS or name in NUMBERS:
            setattr(options, name, int(value))
        elif name == "memory":
            options.memory = _size(value)
        else:
            raise TypeError(f"no option {name!r}; there are {', '.join(sorted(NAMES))}")
    if not options.threads:
        options.threads = _gradient._default_threads
    return options


NAMES = {*FLAGS, *TEXTS, *LISTS, *NUMBERS, "memory"}


class _Calls:
    """A call of the library in a thread of its own, while the caller's thread tells what happens.

    So functions of the caller run in the caller's thread, with no lock held, and may take long; and a
    signal reaches the caller at once. The library waits until a message is told, as it does in C, but
    not for progress."""

    def __init__(self, progress):
        self.progress, self.reached, self.shown, self.pending = progress, None, None, False
        self.events, self.told = queue.SimpleQueue(), threading.Semaphore(0)
        self.stop = ctypes.create_string_buffer(b"0")
        self.on_progress = _library.PROGRESS(self._note_progress)
        self.on_message = _library.MESSAGE(self._note_message)

    def _note_progress(self, user, progress):
        now = progress.contents
        self.reached = (now.bytes_done, now.bytes_total, now.field)
        if not self.pending:
            self.pending = True
            self.events.put(False)

    def _note_message(self, user, message):
        text = message.contents.text.decode("utf-8", "replace")
        self.events.put((message.contents.level, text))
        self.told.acquire()

    def _tell(self, event):
        if event is not False:
            level, text = event
            if level == 0:
                warnings.warn(text, Warning, stacklevel=6)
            else:
                log.debug("%s", text)
            self.told.release()
            return
        self.pending = False  # before it is read, so that what comes later is told later
        reached = self.reached
        if reached is not self.shown:
            self.shown = reached
            self.progress(reached[0], reached[1], reached[2].decode("utf-8", "surrogateescape"))

    def _work(self, function, arguments):
        try:
            self.status = function(*arguments)
        finally:
            self.events.put(None)

    def _watch(self):
        while (event := self.events.get()) is not None:
            self._tell(event)
        self._tell(False)

    def run(self, function, arguments, options):
        """The status of the function. What the caller's functions raise stops it first."""
        options.user = ctypes.cast(self.stop, ctypes.c_void_p)
        options.cancelled = _read_number
        options.message = self.on_message
        if self.progress:
            options.progress = self.on_progress
        thread = threading.Thread(target=self._work, args=(function, arguments), name="h5grad")
        thread.start()
        try:
            self._watch()
        except BaseException:
            self.stop.value = b"1"
            self.told.release(1 << 20)
            self._wait(thread)
            raise
        thread.join()
        return self.status

    def _wait(self, thread):
        """Waits for the end of what is being stopped, whatever signals come meanwhile."""
        while thread.is_alive():
            try:
                thread.join()
            except BaseException:
                pass


def _function_of(progress):
    """A function of (done, total, field), of what a caller gives as progress: one, or a bar of tqdm."""
    if progress is None or not hasattr(progress, "update"):
        return progress

    def advance(done, total, field):
        progress.total = total
        progress.update(done - progress.n)

    return advance


def call(function, paths, given, progress=None):
    """Calls h5grad_run, _plan or _list; the report."""
    options = options_of(given)
    _hdf5.prepare()
    report, error = POINTER(_library.Report)(), _library.Error()
    arguments = (*[os.fsencode(path) for path in paths], options, byref(report), byref(error))
    status = _Calls(_function_of(progress)).run(function, arguments, options)
    if status:
        raise_error(error)
    try:
        return report_of(report.contents)
    finally:
        _library.library.h5grad_report_free(report)


def run(input: Path, output: Path, *, progress: Optional[Callable[[int, int, str], Any]] = None,
        **options: Any) -> Report:
    """Differentiate the fields of an HDF5 file into a new file, as the program h5grad does.

    Parameters
    ----------
    input, output : path
        Files. output appears whole or not at all.
    progress : callable or tqdm, optional
        A function of (bytes done, bytes in all, path of the field), which is called in this thread;
        or a progress bar of tqdm.
    **options
        The options of the program, with "_" for "-": dataset, dim, vector, spacing, coord, edges,
        no_unpack, edge_order, accuracy, boundary, period, missing, sphere, time_unit, dtype, compute,
        subset, name, layout, filter, no_history, xdmf, split, overwrite, sync, checkpoint, resume,
        follow_external, allow_plugins, allow_missing_sources, strict, update, skip_results, swmr, threads, memory. What may be
        repeated or is a list takes a sequence, what is DIM=VALUE also a mapping; flags are True; sphere is
        True or a radius in metres; memory is in bytes, or a text like "2G".

    Returns
    -------
    Report
        The fields, their axes and results, and how it was done.

    Raises
    ------
    UsageError
        (a ValueError) Options that no file could satisfy.
    Error
        (a RuntimeError) The file, the data or the machine does not allow it.
    MemoryError
        An allocation failed.
    KeyboardInterrupt, or what progress raises
        The run is stopped first, and leaves nothing, unless it was over already; with checkpoint=True
        what resume=True goes on with.

    Warns
    -----
    Warning
        What the program prints as warnings; details go to the logger "h5grad" as debug.

    Examples
    --------
    >>> import h5grad
    >>> report = h5grad.run("in.h5", "out.h5", dataset="/u", boundary={"x": "periodic"})
    >>> [result.path for field in report.fields for result in field.results]
    ['/u_grad_0', '/u_grad_1', '/u_grad_2']
    """
    return call(_library.library.h5grad_run, (input, output), options, progress)


def plan(input: Path, output: Path, **options: Any) -> Report:
    """What `run` would do with the same arguments: its report, with nothing done.

    Raises what `run` would raise before the first byte of output.

    >>> import h5grad
    >>> h5grad.plan("in.h5", "out.h5").fields[0].result_type
    'float32'
    """
    return call(_library.library.h5grad_plan, (input, output), options)


def list(input: Path, **options: Any) -> Report:
    """The fields of an HDF5 file and what it says of their axes, as a Report; only coordinates are read.

    >>> import h5grad
    >>> [(axis.name, axis.unit) for axis in h5grad.list("in.h5").fields[0].axes]
    [('z', 'm'), ('y', 'm'), ('x', 'm')]
    """
    return call(_library.library.h5grad_list, (input,), options)


def can_resume(output: Path) -> bool:
    """Whether an earlier run has left what `run` with resume=True can go on with."""
    return bool(_library.library.h5grad_can_resume(os.fsencode(output)))
