"""The shapes of secrets that give themselves away, as each issuer documents its own keys.

Every repetition is bounded and starts at a literal, so that no text makes the scan slow.
"""

from __future__ import annotations

import re
from typing import Final

from tierwise.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One shape of secret. A text is searched only if one of `hints` (lower case) is in it.

    `group` is the part of a match that is secret. If that is not the whole match, it must not look
    like a stand-in such as "changeme".
    """

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    group: int = 0


def _kind(name: str, hints: str, pattern: str, group: int = 0) -> Kind:
    return Kind(name, tuple(hints.split()), re.compile(pattern), group)


_EDGE: Final = r"(?<![A-Za-z0-9_])"

KINDS: Final = (
    _kind("anthropic", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{20,300}"),
    _kind(
        "openai", "sk-", _EDGE + r"sk-(?:proj-|svcacct-|or-v1-)?[A-Za-z0-9_]{20,300}[\w-]{0,200}"
    ),
    _kind("aws key id", "akia asia", _EDGE + r"(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"),
    _kind("github", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{30,255}"),
    _kind("github fine-grained", "github_pat_", r"github_pat_[A-Za-z0-9_]{30,255}"),
    _kind("gitlab", "glpat- gldt- glrt-", r"gl(?:pat|dt|rt)-[A-Za-z0-9_-]{20,255}"),
    _kind("slack", "xox", r"xox[abeprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,255}"),
    _kind("slack app", "xapp-", r"xapp-\d-[A-Za-z0-9-]{20,255}"),
    _kind(
        "slack webhook",
        "hooks.slack.com",
        r"https://hooks\.slack\.com/services/[A-Za-z0-9/]{20,99}",
    ),
    _kind("google", "aiza", _EDGE + r"AIza[0-9A-Za-z_-]{35}"),
    _kind("google oauth", "ya29.", _EDGE + r"ya29\.[0-9A-Za-z_-]{20,512}"),
    _kind("google client", "gocspx-", r"GOCSPX-[0-9A-Za-z_-]{20,64}"),
    _kind("stripe", "k_live_ k_test_", r"[rsp]k_(?:live|test)_[0-9A-Za-z]{16,255}"),
    _kind("webhook", "whsec_", r"whsec_[A-Za-z0-9+/=]{20,128}"),
    _kind("sendgrid", "sg.", _EDGE + r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}"),
    _kind("npm", "npm_", _EDGE + r"npm_[A-Za-z0-9]{36}"),
    _kind("pypi", "pypi-", r"pypi-AgE[A-Za-z0-9_-]{32,512}"),
    _kind("hugging face", "hf_", _EDGE + r"hf_[A-Za-z0-9]{30,64}"),
    _kind("digitalocean", "do", r"do[opr]_v1_[a-f0-9]{64}"),
    _kind("shopify", "shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    _kind("databricks", "dapi", _EDGE + r"dapi[a-f0-9]{32}(?![0-9A-Za-z])"),
    _kind("docker", "dckr_pat_", r"dckr_pat_[A-Za-z0-9_-]{20,64}"),
    _kind("vault", "hvs. hvb.", _EDGE + r"hv[sb]\.[A-Za-z0-9_-]{24,255}"),
    _kind("linear", "lin_api_", r"lin_api_[A-Za-z0-9]{32,64}"),
    _kind("new relic", "nrak-", r"NRAK-[A-Z0-9]{27}"),
    _kind("mailgun", "key-", _EDGE + r"key-[0-9a-f]{32}(?![0-9A-Za-z])"),
    _kind("twilio", "sk", _EDGE + r"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    _kind("telegram", ":aa", _EDGE + r"\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    _kind("age", "age-secret-key-", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    _kind("atlassian", "atatt3", r"ATATT3[A-Za-z0-9_=-]{32,400}"),
    _kind("azure storage", "accountkey=", r"(?i)AccountKey=([A-Za-z0-9+/]{40,100}={0,2})", 1),
    _kind("jwt", "eyj", r"eyJ[\w-]{10,4000}\.eyJ[\w-]{10,8000}\.[\w-]{10,2000}"),
    _kind(
        "bearer",
        "bearer",
        r"(?i)\bbearer[ \t]+(?=[A-Za-z0-9._~+/-]{0,40}\d)([\w.~+/=-]{20,2000})",
        1,
    ),
    _kind(
        "private key",
        "private key",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?=[\s\S]{0,200}?[A-Za-z0-9+/=]{32})"
        r"(?:[A-Za-z0-9+/=\s\\:,.\"'()]|-(?!-)){32,20000}+"
        r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?",
    ),
    _kind(
        "password in a URL",
        "://",
        r"://[^\s:/@'\"<>{}]{0,100}:([^\s@/'\"<>{}$%]{3,200})@[\w.\[]",
        1,
    ),
)
