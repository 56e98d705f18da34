"""Where in the application's own code it failed: the first frame of a stack that is no library's.

Reads the traces of Python, JavaScript, Java (Kotlin, Scala), Go and .NET. Line numbers, folders and hashes in file
names change with every release and do not count.
"""

import re
from functools import lru_cache
from typing import Final

_READ: Final = 32_768  # characters of a stack
_MOST_FRAMES: Final = 200
_LONGEST: Final = 200
_LONGEST_LINE: Final = 500
_REMEMBERED: Final = 2048  # lines: few places fail, and they fail again

_PYTHON_LIBRARIES: Final = ("site-packages", "dist-packages", "/lib/python3", "/Lib/", "<frozen ", "<string>")
_JS_LIBRARIES: Final = ("node_modules", "node:", "internal/", "<anonymous>", "webpack/", "native", "/.yarn/")
_GO_LIBRARIES: Final = ("/go/src/", "/go/pkg/mod/", "/vendor/", "/libexec/src/", "/hostedtoolcache/", "_cgo_")
# Of Java and .NET only the full name of the method is known.
_LIBRARY_PACKAGES: Final = (
    "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "groovy.", "akka.",
    "org.springframework.", "org.apache.", "org.eclipse.", "org.hibernate.", "org.junit.", "io.netty.", "reactor.",
    "io.micrometer.", "io.opentelemetry.", "okhttp3.", "okio.", "retrofit2.", "com.google.", "com.fasterxml.",
    "dev.langchain4j.", "com.openai.", "com.anthropic.", "software.amazon.", "android.", "androidx.",
    "System.", "Microsoft.", "MS.", "Azure.", "OpenAI.", "Newtonsoft.", "Polly.", "Grpc.", "OpenTelemetry.",
)  # fmt: skip
_JVM_FILES: Final = (".java", ".kt", ".scala", ".groovy", ".clj", "Native Method", "Unknown Source")
_PLACE: Final = re.compile(r"(?::\d+){1,2}$", re.ASCII)
_HASH_IN_NAME: Final = re.compile(r"[.-](?=[0-9a-zA-Z_]*\d)[0-9a-zA-Z_]{6,}(?=\.)", re.ASCII)
_NUMBERS: Final = re.compile(r"\d+", re.ASCII)


def own_frame(stack: str) -> str | None:
    """`file function` of the innermost own frame, `Class.method` where no file is told; None without one."""
    tail = stack[-_READ:]
    if 'File "' in tail:
        frame = _python(tail)
    else:
        head = stack[:_READ]
        frame = _go(head) if ".go:" in head else _first_of_lines(head)
    return frame[:_LONGEST] if frame is not None else None


def _python(stack: str) -> str | None:
    """The most recent call comes last."""
    end = len(stack)
    for _ in range(_MOST_FRAMES):
        start = stack.rfind('File "', 0, end)
        if start < 0:
            return None
        line_end = stack.find("\n", start, end)
        line_end = min(line_end if line_end >= 0 else end, start + _LONGEST_LINE)
        frame = _python_frame(stack[start + 6 : line_end])
        if frame is not None:
            return frame
        end = start
    return None


@lru_cache(maxsize=_REMEMBERED)
def _python_frame(line: str) -> str | None:
    """`/app/shop.py", line 12, in pay`. None if it is a library's, as with the other languages."""
    path, _, rest = line.partition('"')
    path = path.replace("\\", "/")
    if any(mark in path for mark in _PYTHON_LIBRARIES):
        return None
    return f"{_file_of(path)} {rest.partition(', in ')[2].strip()}"


def _go(stack: str) -> str | None:
    """A line with the call, then one with the file."""
    call = ""
    for line in stack.split("\n", 2 * _MOST_FRAMES)[: 2 * _MOST_FRAMES]:
        if not line.startswith(("\t", "    ")):
            call = line
            continue
        path = line.strip().partition(".go:")[0]
        is_own = call and not call.startswith(("runtime.", "runtime/", "panic(", "created by"))
        if is_own and not any(mark in path for mark in _GO_LIBRARIES):
            name = call[: call.rindex("(")] if call.endswith(")") and "(" in call else call
            return f"{_file_of(path)}.go {_NUMBERS.sub('', name.rpartition('/')[2])}"
    return None


def _first_of_lines(stack: str) -> str | None:
    for line in stack.split("\n", _MOST_FRAMES)[:_MOST_FRAMES]:
        text = line.strip()
        if len(text) > _LONGEST_LINE:
            continue
        if text.startswith("at "):
            frame = _at(text[3:])
        elif "@" in text and _PLACE.search(text):  # Firefox, Safari
            function, _, place = text.partition("@")
            frame = _javascript(function, place)
        else:
            continue
        if frame is not None:
            return frame
    return None


@lru_cache(maxsize=_REMEMBERED)
def _at(text: str) -> str | None:
    """A frame of JavaScript, Java or .NET, whichever its end shows it to be."""
    if not text.endswith(")"):
        return _javascript("", text) if " in " not in text or _PLACE.search(text) else _method(text)
    function, space, place = text[:-1].rpartition(" (")
    if space:
        return _javascript(function, place)
    return _method(text)


def _method(text: str) -> str | None:
    """`com.acme.Shop.pay(Shop.java:12)`, `app//com.acme…`, `Acme.Shop.Pay(Int32 id) in C:\\Shop.cs:line 12`."""
    name, _, place = text.partition("(")
    if any(mark in place for mark in _JVM_FILES):
        name = name.rpartition("/")[2]
    if name.startswith(_LIBRARY_PACKAGES):
        return None
    return _NUMBERS.sub("", name.partition("$$")[0])


def _javascript(function: str, place: str) -> str | None:
    place = place.replace("\\", "/")
    if not _PLACE.search(place) or any(mark in place for mark in _JS_LIBRARIES):
        return None
    name = _file_of(_PLACE.sub("", place).partition("?")[0])
    return f"{_HASH_IN_NAME.sub('', name)} {function.removeprefix('async ').removeprefix('new ')}".rstrip()


def _file_of(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
