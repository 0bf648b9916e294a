"""Constructs in which little text does much, such as locks: whoever reads code slows down there.

Comments and strings are taken out first, so that words in them do not count. The rest is searched
by name, in all languages alike: a lock is called a lock nearly everywhere. Each name is looked at
once, however often it is there, since a selection may have thousands of them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

CONSTRUCTS: Final = {
    "sync": r"\w*[Ll]ock\w*|[Mm]utex\w*|synchronized|[Aa]tomic\w*|[Ss]emaphore\w*|volatile|"
    r"memory_order\w*|compare_exchange\w*|Interlocked|WaitGroup|[Tt]hread\w*|spawn|chan|"
    r"select_for_update|ConcurrentHashMap|Condvar|[Bb]arrier|sched_\w+|ISR|__disable_irq",
    "await": r"await|Promise|Future|suspend|asyncio",
    "unsafe": r"unsafe|malloc|calloc|realloc|free|memcpy|memmove|reinterpret_cast|transmute|alloca|"
    r"offsetof|volatile",
    "crypto": r"\w*[Rr]andom\w*|\w*rand|secrets|crypto\w*|hmac|sha\d+|md5|aes|bcrypt|argon2|jwt\w*|"
    r"encrypt\w*|decrypt\w*|nonce|\w*[Tt]oken\w*|\w*[Pp]assword\w*",
    "clock": r"datetime|utcnow|timezone\w*|zoneinfo|ZonedDateTime|LocalDate\w*|Instant|strftime|"
    r"strptime|DateTime\w*|tzinfo|mktime|monotonic|toISOString|Calendar",
    "float": r"float|double|f64|f32|Float64|toFixed|round|isclose|epsilon",
    "effects": r"useEffect|useLayoutEffect|useCallback|useMemo|useRef|subscribe|addEventListener|"
    r"watchEffect|DisposableEffect|LaunchedEffect",
    "types": r"infer|keyof|typename|concept|requires|forall|PhantomData",
    "sql": "",
}
"""Names by which each kind is known. The signal `code.<kind>` says that the selection has it."""
MARKS: Final = {
    "sync": ("go func", "<-"),
    "await": (".then(",),
    "unsafe": ("*mut ", "*const ", "->next", "-> next"),
    "clock": ("Date.now", " now()", ".now()"),
    "types": ("template<", "template <"),
}
"""Other pieces of code by which a kind is known."""
_SQL: Final = (
    "over (", "over(", "partition by", "with recursive", "for update", "isolation level",
    "merge into", "lateral", "on conflict", "alter table", "create index",
)  # fmt: skip
_KINDS: Final = {kind: re.compile(names) for kind, names in CONSTRUCTS.items() if names}
_NAME: Final = re.compile(r"[^\W\d]\w+")
_SUM: Final = re.compile(r"\+= ?\w+ ?\* ?\w+")
_CONDITIONAL: Final = re.compile(r"\bextends\b[^{\n]*\?|\bwhere\s+\w+\s*:")
_SILENT: Final = re.compile(
    r'"""(?:.|\n)*?(?:"""|\Z)|\'\'\'(?:.|\n)*?(?:\'\'\'|\Z)'
    r"|/\*(?:.|\n)*?(?:\*/|\Z)|<!--(?:.|\n)*?(?:-->|\Z)"
    r'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|`(?:\\.|[^`\\])*`|(?:#|//|;;|%|-- ).*'
)


def constructs(code: str) -> tuple[str, ...]:
    """The kinds of constructs (such as locks) in a text of code, in the order of `CONSTRUCTS`."""
    plain = _SILENT.sub(" ", code)
    found = {kind for name in set(_NAME.findall(plain)) for kind in _kinds_of(name)}
    found |= {kind for kind, marks in MARKS.items() if any(mark in plain for mark in marks)}
    if _SUM.search(plain):
        found.add("float")
    if _CONDITIONAL.search(plain):
        found.add("types")
    query = plain.lower()
    if any(words in query for words in _SQL):
        found.add("sql")
    return tuple(kind for kind in CONSTRUCTS if kind in found)


@lru_cache(maxsize=8192)
def _kinds_of(name: str) -> tuple[str, ...]:
    return tuple(kind for kind, names in _KINDS.items() if names.fullmatch(name))
