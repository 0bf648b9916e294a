"""Word families that tell how hard a wish is, in the languages operators write in.

Stems, matched at word starts (anywhere in scripts without spaces). A family says only that
its matter is mentioned; what that is worth is fitted.
"""

from __future__ import annotations

import re
from typing import Final

_FAMILIES: Final[dict[str, str]] = {
    "design": "architect|design|structur|approach|strateg|trade-?off|decid|should we|how should|"
    "best way|pros and cons|rethink|propose|entwurf|entwerf|architekt|strategie|arquitectura|"
    "diseñ|estrategia|concevoir|conception|arquitetura|projetar|設計|アーキテクチャ|架构|设计|方案|아키텍처|설계|архитектур|спроектир",
    "concurrency": "race|deadlock|thread|concurren|atomic|lock-?free|mutex|parallel|async|"
    "nebenläufig|wettlauf|concurrenc|concurren|並行|デッドロック|スレッド|并发|线程|死锁|동시성|поток|гонк",
    "security": "secur|vulnerab|inject|auth|csrf|xss|encrypt|permission|sicherheit|segurid|"
    "sécurit|seguran|セキュリティ|認証|安全|漏洞|보안|безопасн",
    "performance": "performan|faster|slow|optimi[sz]e|latency|memory|leak|throughput|scale|"
    "schneller|langsam|rendimiento|lent|rapide|desempenho|性能|高速|遅|优化|慢|성능|быстр|медленн",
    "migration": "migrat|upgrade|port\\b|convert|rewrite|replace .* with|switch .* to|legacy|"
    "umstell|migrier|migraci|reescrib|migrer|réécri|migrar|移行|迁移|重写|마이그레이션|мигр|перепис",
    "scope": "all\\b|every|entire|whole|across|throughout|everywhere|codebase|project|module|"
    "service|system|alle\\b|gesamt|überall|todo|toda|entero|tous|toutes|ensemble|inteiro|全|整个|所有|всё|все\\b|전체",
    "vague": "better|clean|improve|nice|proper|robust|something|somehow|fix it|make it work|"
    "weird|sometimes|flaky|intermittent|besser|aufräum|mejor|limpi|améliorer|propre|melhor|limp|改善|きれい|改进|更好|улучш|개선",
    "small": "rename|typo|comment|docstring|log|print|format|sort|import|constant|add a|remove|"
    "delete|change .* to|one-?liner|spell|umbenenn|tippfehler|kommentar|entfern|renombr|comentario|"
    "elimin|renomm|commentaire|supprim|renome|remov|コメント|名前|削除|重命名|注释|删除|переимен|комментар|이름|주석",
    "explain": "explain|what does|what is|what's|why does|why is|meaning|mean\\b|understand|erklär|was macht|warum|explica|qué|"
    "pourquoi|expliqu|por que|o que|説明|なぜ|什么|为什么|解释|что|почему|объясн|설명|왜",
    "debug": "bug|crash|fail|broken|wrong|error|debug|doesn'?t work|not working|investigat|root cause|fehler|absturz|"
    "kaputt|falla|roto|erreur|panne|erro\\b|falha|バグ|エラー|错误|崩溃|ошибк|падает|버그|오류",
    "test": "test|coverage|edge case|mock|prüf|prueba|essai|teste|テスト|测试|тест|테스트",
    "negation": "\\bnot\\b|don'?t|without|never|no longer|nicht|ohne|kein|\\bsin\\b|nunca|ne .* pas|sans|"
    "não|sem\\b|ない|なし|不要|没有|не\\b|без\\b|않|없이",
    "constraint": "must|only|exactly|at least|at most|keep|preserve|backward|compatib|while|unless|"
    "muss|nur|genau|behalt|debe|solo|doit|seulement|deve|apenas|必須|だけ|必须|只|должн|только|반드시|만\\b",
    "build": "implement|create|build|write|generate|add support|develop|implementier|erstell|bau|"
    "cre[ae]|implementa|constru|crée|écri|desenvol|escrev|実装|作成|作っ|实现|创建|编写|созда|напиши|реализ|구현|만들",
    "point": "which line|where is|which (?:file|function|one)|how many|is this|is it|does this|what type|welche zeile|wo ist|"
    "dónde|cuál|où est|onde|どこ|哪|где|어디",
    "judge": "how (?:should|would|do) (?:we|i|you)|should (?:we|i)|is it (?:worth|better)|would you|"
    "what would|wie sollte|sollten wir|deberíamos|devrait|deveríamos|べき|应该|стоит ли|해야",
}
FAMILIES: Final = tuple(_FAMILIES)
PATTERNS: Final = {
    name: re.compile(rf"(?i)(?:(?<![a-zà-ÿ])(?:{stems}))") for name, stems in _FAMILIES.items()
}
