"""Tracebacks as the script's own: its lines, without frames of ours and TensorFlow's. Knows Python only."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from tnp_shim.command.one_function import BODY
from tnp_shim.command.redirection import IMPORT_SYSTEM

GENERATED = "__autograph_generated_file"
IN_USER_CODE = "in user code:"
PART_OF_A_FUNCTION = re.compile(r"(loop_body|loop_test|if_body|else_body|get_state|set_state)(_\d+)?")
"""What AutoGraph calls the functions that it makes of parts of a function."""


def _folder_of(package: str) -> str:
    spec = importlib.util.find_spec(package)
    return os.path.join(os.path.dirname(spec.origin), "") if spec and spec.origin else package


OURS = _folder_of("tnp_shim")
THROUGH = (_folder_of("tensorflow"), _folder_of("keras"), f"{os.sep}contextlib.py")
"""What our frames call, and which calls the functions that were compiled."""


@dataclass(frozen=True)
class Place:
    """Where a line of a traced text really stands."""

    file: str
    lines_before: int


class Shown:
    """How frames are shown: `places` tells where the lines of texts stand that were made of files."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.lines: dict[int, list[traceback.FrameSummary]] = {}

    def place(self, file: str, line: int | None) -> tuple[str, int]:
        place = self.places.get(file)
        return (place.file, (line or 0) - place.lines_before) if place else (file, line or 0)

    def summary(self, file: str, line: int | None, function: str) -> traceback.FrameSummary:
        """One line of a traceback; the body of a script that was made a function is called as Python does."""
        name = "<module>" if file in self.places and function == BODY else function
        return traceback.FrameSummary(*self.place(file, line), name)


def _is_ours(file: str) -> bool:
    return file.startswith(OURS) or GENERATED in file or file == IMPORT_SYSTEM


def _kept(frames: Iterator[TracebackType]) -> Iterator[TracebackType]:
    """The frames that the script would have with NumPy."""
    within = True
    for frame in frames:
        file = frame.tb_frame.f_code.co_filename
        within = _is_ours(file) or (within and (file.startswith(THROUGH[:2]) or file.endswith(THROUGH[2])))
        if not within:
            yield frame


def _frames(first: TracebackType | None) -> Iterator[TracebackType]:
    while first is not None:
        yield first
        first = first.tb_next


def _linked(frames: list[TracebackType]) -> TracebackType | None:
    following = None
    for frame in reversed(frames):
        following = TracebackType(following, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return following


def _chain(error: BaseException | None, seen: set[int] | None = None) -> Iterator[BaseException]:
    """An error, and those that led to it."""
    seen = set() if seen is None else seen
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    yield from _chain(error.__cause__, seen)
    yield from _chain(error.__context__, seen)


def strip(error: BaseException, shown: Shown) -> None:
    """Take the frames that are not the script's out of an error and those that led to it."""
    for each in list(_chain(error)):
        shown.lines[id(each)] = _through_converted(each, shown)
    for each in list(_chain(error)):
        each.__traceback__ = _linked(list(_kept(_frames(each.__traceback__))))


def _original(error: BaseException) -> BaseException:
    """The error that was raised: AutoGraph raises another in its place, which tells where it was."""
    seen = [error]
    while str(seen[-1]).startswith(IN_USER_CODE):
        following = seen[-1].__cause__ or seen[-1].__context__
        if following is None or following in seen:
            return error
        seen.append(following)
    return seen[-1]


def _message(error: BaseException) -> str:
    """The last lines of a traceback."""
    original = _original(error)
    if str(original).startswith(IN_USER_CODE):
        metadata = getattr(error, "ag_error_metadata", None)
        return str(getattr(metadata, "cause_message", original)) + "\n"
    return "".join(traceback.format_exception_only(type(original), original))


def _all_frames(error: BaseException) -> list[TracebackType]:
    """The frames of an error down to where the original was raised, each once."""
    frames: dict[int, TracebackType] = {}
    for each in _chain(error):
        for frame in _frames(each.__traceback__):
            frames.setdefault(id(frame.tb_frame), frame)
        if each is _original(error):
            break
    return list(frames.values())


def _through_converted(error: BaseException, shown: Shown) -> list[traceback.FrameSummary]:
    """The lines that an error passed through, those of converted functions as the script has them.

    Empty where it passed through none.
    """
    frames = _all_frames(error)
    if not any(GENERATED in frame.tb_frame.f_code.co_filename for frame in frames):
        return []
    origins = _origins(frames)
    kept = set(map(id, _kept(iter(frames))))
    lines: list[traceback.FrameSummary] = []
    for frame in frames:
        code = frame.tb_frame.f_code
        origin = origins.get((code.co_filename, frame.tb_lineno))
        if origin is not None:
            if PART_OF_A_FUNCTION.fullmatch(code.co_name) and lines:
                lines.pop()
            lines.append(shown.summary(origin.loc.filename, origin.loc.lineno, origin.function_name or "?"))
        elif id(frame) in kept:
            lines.append(shown.summary(code.co_filename, frame.tb_lineno, code.co_name))
    return lines


def _origins(frames: list[TracebackType]) -> dict[tuple[str, int], Any]:
    """From the lines of generated files to those of the script: TensorFlow's frames hold the maps."""
    origins: dict[tuple[str, int], Any] = {}
    for frame in frames:
        if frame.tb_frame.f_code.co_name == "converted_call":
            converted = frame.tb_frame.f_locals.get("converted_f")
            for place, origin in getattr(converted, "ag_source_map", {}).items():
                origins[place.filename, place.lineno] = origin
    return origins


def formatted(error: BaseException, shown: Shown) -> str:
    """A traceback as Python prints it."""
    if lines := shown.lines.get(id(error)):
        listed = "".join(traceback.format_list(lines))
        text = f"Traceback (most recent call last):\n{listed}{_message(error)}"
    else:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return _in_place(text, shown)


def _in_place(text: str, shown: Shown) -> str:
    """A text with the lines of files in the place of those of texts made of them."""

    def told(found: re.Match[str]) -> str:
        file, line = shown.place(found["file"], int(found["line"]))
        return f'File "{file}", line {line}' if found["quote"] else f"{file}:{line}"

    for made in map(re.escape, shown.places):
        text = re.sub(rf'(?:File (?P<quote>")|)(?P<file>{made})(?:", line |:)(?P<line>\d+)', told, text)
        text = text.replace(f", in {BODY}\n", ", in <module>\n")
    return text


def told(error: BaseException) -> str:
    """The last line of a traceback."""
    return _message(error).splitlines()[-1]


def show(error: BaseException, shown: Shown) -> None:
    """Print a traceback on standard error, or let the script's own `sys.excepthook` do so."""
    hook: Callable[..., Any] = sys.excepthook
    if hook is not sys.__excepthook__:
        hook(type(error), error, error.__traceback__)
        return
    sys.stderr.write(formatted(error, shown))
    sys.stderr.flush()
