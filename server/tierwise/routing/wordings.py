"""Phrases that say the same, so that the choice between them moves no tier.

`SAME` maps one phrase, the plainest, to others engineers use in its place. A plain text is
rewritten to the first before anything reads it: "get rid of" is then the same wish as "remove",
and counts as one word. Only phrases whose meaning does not hang on what stands around them.
"""

from __future__ import annotations

import re
from typing import Final

SAME: Final[dict[str, str]] = {
    "remove": "delete|get rid of|take out|take away|throw out|throw away|erase|eliminate|strip out",
    "rename": "change the name of|give another name to",
    "replace": "swap out|substitute|switch out",
    "instead of": "rather than|in place of|as opposed to",
    "convert": "transform|turn into|change into|rewrite as",
    "convert this to": "turn this into|turn it into|make this into|make it into|change this into",
    "add": "append|put in",
    "alphabetically": "in alphabetical order|by alphabet|alphabetical order",
    "fix": "repair|resolve|sort out|mend|take care of|correct the",
    "crashes": "blows up|blow up|falls over|dies with",
    "doesnt work": "does not work|not working|isnt working|stopped working|wont work|no longer works|is broken",
    "slow": "takes forever|takes ages|takes too long|takes so long|sluggish",
    "faster": "speed up|quicker|more quickly|more performant",
    "sometimes": "occasionally|now and then|every now and then|once in a while|from time to time|at times|every so often|"
    "intermittently|randomly|sporadically|now and again",
    "why does": "how come|what causes|what makes|whats the reason|what is the reason|for what reason|what is causing|"
    "whats causing|what could cause|why is|why do|why are|why did|whats the reason for|why would",
    "find the cause": "find out why|figure out why|find the reason|find the root cause|track down why|work out why|"
    "determine why|get to the bottom of|figure out the reason|find the reason for|figure out the cause|find out the reason",
    "how do i": "how can i|how to|how would i|how could i|how do you|how does one|how can you|how can one|whats the way to|"
    "what is the way to|is there a way to|how do one|how i can",
    "what does this do": "what is this doing|whats this doing|what happens here|what does it do|what is happening here",
    "explain": "describe|walk me through|take me through|tell me about|clarify|elaborate on",
    "what is": "whats|what are|what does it mean|what is meant by|meaning of|the meaning of",
    "write": "create|generate|make me|give me|i need a|i need an|i want a|i want an|build me|draft",
    "tests": "unit tests|unit test|unit-tests|unittests|test cases",
    "docstring": "doc string|docblock|doc comment",
    "worth": "a good idea|makes sense|make sense|be wise|sensible|be better off|pay off",
    "best way": "right way|best approach|right approach|good way|proper way|sane way|sensible way|correct way",
    "options": "possibilities|alternatives|choices",
    "everywhere": "in all places|all over|throughout|in the whole repo|across the repo|across the codebase|in the entire codebase|"
    "in every file|in all files|all over the place|wherever it is used|in every place",
    "without breaking": "must not break|must keep working|has to keep working|have to keep working|must still work|has to stay|"
    "must stay|may not break|should not break|shouldnt break|cant break|cannot break|must not change|may not change|"
    "still has to work|stays the same|stay the same|without changing|not break|has to keep|must remain|should stay",
    "without downtime": "no downtime|zero downtime|with no downtime|without stopping|without interruption|without an outage|"
    "without any downtime",
    "prod": "production|the live system",
    "thread safe": "thread-safe|threadsafe",
    "at the same time": "simultaneously|in the same moment",
    "review": "have a look at|take a look at|look over|look through|go over|check over|have a look over",
    "any problems": "any issues|anything wrong|what could go wrong|what might go wrong|anything off|what can go wrong",
    "short": "brief|concise",
    "one line": "single line|a single line|one-line|single-line|one liner|one-liner|oneliner",
    "the same": "same thing|the same thing|likewise",
    "split": "break up|pull apart|take apart|split up",
    "split this": "break this up|break it up|split it up|split this up|take this apart",
    "extract": "pull out|factor out|move out",
    "clean up": "cleanup|tidy up|tidy|clean this up",
    "duplicate": "duplicated|duplication|duplicates|dedupe|deduplicate|repetition|redundant",
    "merge": "combine|unify|consolidate",
    "untangle": "disentangle|decouple",
    "use": "make use of|utilize|utilise",
    "make sure": "ensure|see to it",
    "where is": "where do we|in which place|at which place|where are|wheres|where can i find|whereabouts is",
    "which": "what kind of|which one of",
    "regex": "regular expression|regexp|reg ex",
    "param": "parameter", "params": "parameters", "arg": "argument", "args": "arguments",
    "db": "database", "config": "configuration", "docs": "documentation", "repo": "repository|code base|codebase",
    "js": "javascript", "ts": "typescript", "k8s": "kubernetes", "postgres": "postgresql",
    "env vars": "environment variables|env variables", "async": "asynchronous", "auth": "authentication",
    "pr": "pull request|merge request", "folder": "directory", "script": "small program|little program",
    "color": "colour", "behavior": "behaviour", "optimize": "optimise", "initialize": "initialise",
    "message": "msg", "commit message": "commit msg",
}  # fmt: skip

_CANON: Final = {
    phrase: plainest for plainest, others in SAME.items() for phrase in others.split("|")
}
_PHRASE: Final = re.compile(
    r"(?<![\w-])(?:" + "|".join(map(re.escape, sorted(_CANON, key=lambda p: (-len(p), p)))) + r")(?![\w-])"
)


def canonical(text: str) -> str:
    """A plain text with each known phrase replaced by the plainest of its kind."""
    return _PHRASE.sub(lambda found: _CANON[found.group()], text)
