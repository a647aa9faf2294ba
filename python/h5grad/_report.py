# SPDX-License-Identifier: BSD-3-Clause
"""Reports of the library as objects of Python."""

from dataclasses import dataclass
from typing import List, Optional, Tuple

SPACINGS = ("unit", "step", "coordinates", "unusable")
ORIGINS = ("nobody", "options", "file")
LAYOUTS = ("contiguous", "compact", "chunked", "virtual", "external")
LEFT = ("nothing", "up-to-date", "results")
KINDS = ("gradient", "second", "laplacian", "magnitude", "divergence", "curl", "q")


@dataclass(frozen=True)
class Axis:
    """What is known of one axis of a field.

    spacing is "unit" (1, since nothing says another), "step" (a number), "coordinates" or
    "unusable"; origin says who gave it: "nobody", "options" or "file"; first, last and step are in
    unit. boundary, period and accuracy hold where the axis is differentiated; subset_count 0 is all
    points. suggestion names datasets that may be the coordinates of an axis that has none.
    """

    extent: int
    name: Optional[str]
    unit: Optional[str]
    spacing: str
    origin: str
    source: Optional[str]
    coordinates: Optional[str]
    first: float
    last: float
    step: float
    uniform: bool
    differentiated: bool
    left_out: Optional[str]
    tile: int
    boundary: Tuple[Optional[str], Optional[str]]
    period: float
    period_source: Optional[str]
    accuracy: int
    round: bool
    subset_start: int
    subset_count: int
    subset_step: int
    suggestion: Optional[str]


@dataclass(frozen=True)
class Result:
    """One dataset of the output: its path, its kind ("gradient", "second", "laplacian",
    "magnitude", "divergence", "curl" or "q"), and the axis of the derivative, None for several."""

    path: str
    kind: str
    axis: Optional[int]


@dataclass(frozen=True)
class Field:
    """One field, and how it is done. skipped says why it is not, and the rest may then be empty;
    sizes are in bytes."""

    path: str
    skipped: Optional[str]
    type: Optional[str]
    layout: str
    layout_text: Optional[str]
    values: Optional[str]
    note: Optional[str]
    axes: List[Axis]
    results: List[Result]
    missing: Optional[str]
    result_type: Optional[str]
    result_layout: str
    result_layout_text: Optional[str]
    read_method: Optional[str]
    write_method: Optional[str]
    threads: int
    tiles: int
    bytes_read: int
    bytes_decoded_again: int
    bytes_written: int
    peak_memory: int
    components: List[str]
    vector: Optional[str]

    @property
    def shape(self):
        """The extents of its axes."""
        return tuple(axis.extent for axis in self.axes)


@dataclass(frozen=True)
class Report:
    """The fields in the order in which they were found, the limit on memory in bytes that was in
    force, and the seconds that a run took. left is "nothing", or why a run has done nothing: with
    update its output is "up-to-date", with skip_results its input holds "results" of h5grad."""

    fields: List[Field]
    memory_cap: int
    seconds: float
    left: str


def _text(value):
    """A name or sentence; bytes that are not UTF-8 are surrogates, as in names of files."""
    return None if value is None else value.decode("utf-8", "surrogateescape")


def _word(words, number):
    """The word of an enum, or its number where a later version has added one."""
    return words[number] if 0 <= number < len(words) else str(number)


def _members(struct, of, **own):
    """The members of a struct by the names that a class has, but for its own."""
    found = dict(own)
    for name in of.__dataclass_fields__:
        if name not in found:
            value = getattr(struct, name)
            found[name] = _text(value) if value is None or isinstance(value, bytes) else value
    return of(**found)


def _axis(struct):
    return _members(struct, Axis, spacing=_word(SPACINGS, struct.spacing),
                    origin=_word(ORIGINS, struct.origin), uniform=bool(struct.uniform),
                    differentiated=bool(struct.differentiated), round=bool(struct.round),
                    boundary=tuple(_text(end) for end in struct.boundary))


def _result(struct):
    return _members(struct, Result, kind=_word(KINDS, struct.kind),
                    axis=None if struct.axis < 0 else struct.axis)


def _field(struct):
    return _members(
        struct, Field, layout=_word(LAYOUTS, struct.layout),
        result_layout=_word(LAYOUTS, struct.result_layout),
        axes=[_axis(struct.axes[k].contents) for k in range(struct.rank if struct.axes else 0)],
        results=[_result(struct.results[k].contents) for k in range(struct.n_results)],
        components=[_text(struct.components[k]) for k in range(struct.n_components)])


def report_of(struct):
    """The report that a struct h5grad_report holds, as a copy."""
    return Report([_field(struct.fields[k].contents) for k in range(struct.n_fields)],
                  struct.memory_cap, struct.seconds, _word(LEFT, struct.left))
