"""Word families that tell how hard a wish is, in the languages operators write in.

`word` is a whole word, `stem*` a word start, `two_words` a phrase (its last word may be a stem).
Entries in scripts without spaces are found anywhere. A family says only that its matter is
mentioned; what that is worth is fitted. Apostrophes are gone before words are looked up.
"""

from __future__ import annotations

import re
from typing import Final

FAMILIES: Final[dict[str, str]] = {
    "design": """
        architect* design* approach* strateg* tradeoff* trade_off* concept* propos* rethink* redesign* rearchitect*
        model_the schema_for boundar* layer* interface* abstraction* contract versioning idempoten* paginat* topolog*
        entwurf entwerf* entwirf* datenbankschema* datenmodell* architekt* konzept* ansatz arquitectura* diseñ* estrategia* enfoque concevoir conception* arquitet* projet* abordagem
        progett* architett* approccio zaprojekt* ontwerp* utforma* navrhn* tasarla* mimari* архитектур* спроектир* подход*
        設計 アーキテクチャ 方針 架构 设计 方案 아키텍처* 설계*""",
    "plan": """
        plan plans planning roadmap order_of in_which_order which_order what_order step_by_step phase* lay_out milestone* timeline path_to the_path sequence_of
        migration_plan how_do_we_get get_off move_off sprint* freeze schritt* reihenfolge etapa* pasos étape* passo* plano piano kroki план* этап*
        計画 手順 段階 计划 步骤 阶段 계획* 단계*""",
    "choose": """
        or versus vs better_to which_one which_approach which_would pick recommend* prefer* worth should_i should_we should_this
        pros cons pros_and_cons buy_or alternativ* option* decide* decision* best_practice* best_way sane_way right_way what_would_you would_you do_we_need do_we_really
        oder sollte* sollten lohnt besser_ist entscheid* deberíamos debería conviene mejor_opción devrait* vaut_il faut_il deveríamos devemos vale_a_pena conviene_usare meglio
        czy_warto lepiej стоит_ли лучше_ли или べき どちら どっち 还是 应该 该用 哪个好 또는 아니면 vs.""",
    "diagnose": """
        why_does why_is why_do why_are why_would what_causes root_cause* figure_out find_out investigat* diagnos* debug* track_down reproduc* bisect* profile* profiling flamegraph* heap_dump trace_shows
        whats_going_on whats_happening no_idea any_idea cant_figure what_is_going where_do_i_start where_do_i_look where_does warum woran por_qué porque pourquoi por_que perché dlaczego neden почему
        なぜ 原因 为什么 为何 왜""",
    "sporadic": """
        sometimes intermittent* flak* random* occasional* once_a_week twice_a* nondeterminist* sporadic* heisenbug* only_in_prod only_on_ci only_in_ci on_ci from_time every_friday every_night overnight once_a under_load
        hangs hang hanging stuck freez* stall* desync* drift* corrupt* jitter* manchmal gelegentlich hängt a_veces aleatori* cuelga parfois bloque às_vezes trava a_volte czasami bazen иногда зависа*
        たまに 時々 ときどき 偶尔 有时 随机 卡住 卡死 가끔 간헐*""",
    "concurrency": """
        race races racing deadlock* livelock* thread* concurren* atomic* lockfree lock_free wait_free mutex* semaphor* parallel* relaxed reclamation aba happens_before memory_order* ordering_guarantee* double_charge* oversell* twice_at
        lockstep epoll io_uring backpressure* interleav* spurious nebenläufig* wettlauf* verklemm* concurrenc* concorren* współbież* гонк* поток* конкурент*
        並行 並列 デッドロック スレッド 排他 并发 线程 死锁 竞态 超卖 동시성* 스레드* 교착*""",
    "distributed": """
        distribut* consensus raft paxos replicat* replica* shard* partition* failover* leader_election split_brain quorum* eventual* exactly_once at_least_once outbox saga* idempoten* clock_skew multi_region multiregion multi_tenant* tenant* tenancy cluster* federation* mesh kafka queue* broker*
        circuit_breaker* rate_limit* rolling blue_green canary verteilt* distribuid* distribué* réparti* распредел* 分散 分布式 集群 分片 一致性 분산*""",
    "security": """
        secur* vulnerab* injection* auth authn authz authenticat* authoriz* oauth* saml csrf xss xxe ssrf encrypt* decrypt* crypto* permission* pentest* exploit* threat* attack* tamper* gdpr pii complian* audit* cve* sanitiz* escape_user key_rotation secret* token* jwt* sandbox*
        sicherheit* berechtig* verschlüssel* segurid* permisos sécurit* seguran* sicurezza bezpiecze* güvenlik* безопасн* уязвим*
        セキュリティ 認証 脆弱 安全 漏洞 权限 认证 보안* 인증*""",
    "performance": """
        performan* faster slow slower slow* optimi* latenc* throughput bottleneck* memory_leak* leak* oom oomkilled p95 p99 p50 scal* cpu heap* gc allocat* zero_copy cache_miss* n+1 benchmark* regress* speed_up vectori* doubled
        schneller langsam* rendimiento lent* rapide* desempenho velocid* prestazion* wydajn* wolno yavaş* быстр* медленн* тормоз* производит*
        性能 高速 遅い 遅く 重い 优化 慢 内存泄漏 성능* 느려* 느린*""",
    "migration": """
        migrat* upgrade* port port_to move_from move_to move_off convert_the rewrit* replace_our switch_from switch_to legacy* deprecat* modernis* moderniz* backport* vendored monolith* split_the extract* decouple* untangle*
        umstell* migrier* ablös* migraci* reescrib* migrer réécri* migra* riscri* przepis* taşı* мигр* перепис* перенест*
        移行 書き換 迁移 重写 升级 拆分 마이그레이션* 이전*""",
    "breadth": """
        all every everything everywhere entire whole across throughout codebase repo monorepo project-wide repo-wide callers call_sites callsites all_files all_modules modules services packages endpoints subcommands each_of both
        alle alles überall gesamt* ganze* todos todas todo_el entero tous toutes partout ensemble todo inteiro tutti tutte ovunque wszystk* bütün tüm все всех всё везде весь
        全部 全体 すべて 全て 所有 整个 每个 전체* 모든*""",
    "stakes": """
        prod production customer* client* users outage* downtime incident* postmortem* on_call oncall pager* rollback* live traffic deploy* rollout* release* partners legal banking hospital payment* billing money invoice* deadline* boss reviewer thesis paper examiner slo sla board go_live
        produktion kunde* ausfall producción clientes caída producci* pannes clients_en produção produzione klient* müşteri* прод проде клиент*
        本番 顧客 障害 生产 客户 线上 停机 프로덕션* 고객*""",
    "group": """
        we our us ours were weve team teams colleague* devs stakeholder* org orgs wir uns unser* nosotros nuestr* tenemos nous notre nos avons nós nosso* nossa* temos noi nostro nostra abbiamo my_nasz nasz* mamy bizim biz мы наш* нас у_нас
        我们 咱们 うちの 我々 弊社 우리*""",
    "keep": """
        without_breaking without_downtime no_downtime zero_downtime without_changing must_not must_keep has_to_keep keep_working keep_the keeps_working backward* compat* compatib* same_results bitwise identical no_behaviou* behaviour behavior unchanged preserve* wire_compat public_api public_signature* dont_break not_break cant_break cannot_break existing must stay still_work old_clients
        ohne_dass rückwärts* kompatib* bestehend* sin_romper compatib* existentes sans_casser existant* sem_quebrar existente* senza_rompere bez обратн* совмест* 互換 既存 壊さず 兼容 不影响 现有 호환* 기존*""",
    "uncertain": """
        not_sure unsure i_think i_guess maybe seems somehow something weird* strange* odd mysterious* guess dont_trust dont_know not_convinced honest opinion* thoughts feedback advice sanity sound sane serious safe correct reasonable
        keine_ahnung komisch* seltsam* no_sé raro parece bizarre* je_ne_sais não_sei estranho strano non_so dziwn* nie_wiem странн* не_знаю 変 おかしい 奇怪 不知道 이상*""",
    "improve": """
        improv* better clean cleaner cleanup clean_up nicer robust* properly production_ready simplify simpler refactor* restructur* reorgani* tidy modulari* decompos* solid god_class god_struct spaghetti mess messy does_everything
        besser* aufräum* verbesser* robust* mejor* limpi* améliorer propre* melhor* limp* miglior* pulisc* popraw* ulepsz* iyileştir* улучш* почист* рефактор*
        改善 きれい 整理 リファクタ 改进 优化代码 重构 整洁 개선* 정리* 리팩*""",
    "build": """
        implement* create* build* write generate* add_support develop* make_a make_me need_a give_me program app game website bot dashboard system engine framework service pipeline plugin*
        implementier* erstell* bau* schreib* crea* implement* constru* escrib* crée* écri* desenvol* escrev* scrivi* napisz* stwórz yaz* создай* напиши* реализ* сделай*
        実装 作成 作って 書いて 实现 创建 编写 写一个 写个 做一个 구현* 만들* 작성*""",
    "explain": """
        explain* what_does what_do what_is whats what_are meaning mean means understand* erklär* was_macht was_ist was_bedeutet explica* qué_hace que_hace qué_es que_es cest_quoi expliqu* o_que_faz o_que_é spiega* cosa_fa co_robi wyjaśn* ne_yapıyor nedir ne_demek
        что_делает что_такое объясн* поясн* 説明 とは 何を 什么是 是什么 什么意思 解释 干嘛 설명* 뭐* 무엇*""",
    "lookup": """
        which_line what_line line_number line_nr where_is wheres where_are which_file which_files how_many how_much list count what_port what_flag which_flag what_package what_version which_version default_value name_of first_error is_there is_it does_it does_this is_this what_type what_namespace print_the show_me tell_me in_which_file
        welche_zeile wo_ist wo_wird wie_viele wieviele dónde_está dónde_se cuál cuántos cuántas où_est quelle_ligne combien onde_está onde_fica quantos dov quante gdzie ile nerede kaç где_находится сколько какая_строка
        どこ 何行 いくつ どの行 哪里 哪一行 多少 几个 在哪 어디* 몇*""",
    "howto": """
        how_do_i how_to how_can_i how_do_you whats_the_flag whats_the_command whats_the_syntax syntax command_to idiomatic equivalent equivalent_of difference_between stdlib wie_bekomme wie_kann wie_mache cómo_hago cómo_puedo como_convierto como_hago comment_faire comment_on como_faço come_faccio come_si jak_zrobić nasıl как_сделать как_в
        やり方 方法は どうやって どうすれば 怎么 如何 怎样 어떻게* 하는법*""",
    "rename": """
        rename* typo* spelling misspelled comment comments docstring* capitali* lowercase uppercase camelcase snake_case sort alphabeti* reorder format* indent* whitespace trailing semicolon* quotes underscore prefix suffix unused import imports print prints log logs logging bump increase decrease change_to translate swap wrap inline delete remove drop_the constant const strict export default
        umbenenn* tippfehler* kommentar* entfern* lösch* sortier* übersetz* renombr* comentari* elimin* quita* traduc* renomm* commentaire* supprim* tradui* renome* remov* comentário* traduz* rinomin* commento rimuovi tłumacz* usuń* zmień yeniden_adlandır* sil переимен* комментар* удали* перевед*
        コメント 名前 削除 訳して 翻訳 重命名 改名 注释 删除 翻译 이름* 주석* 삭제* 번역*""",
    "small": """
        one_liner oneliner one-liner snippet regex regexp template boilerplate stub helper enum struct dataclass getter setter constructor script macro alias makefile dockerfile gitignore readme changelog hello_world css html sql query trigger cron curl bash shell example happy_path table_driven guard early_return list_comprehension fstring f-string optional_chaining pathlib
        skript beispiel* ejemplo* exemple* exemplo* esempio przykład* örnek* пример* скрипт* 正規表現 サンプル 示例 脚本 正则 예제* 스크립트* 정규식*""",
    "brief": """
        just only short shorter brief briefly quick one_sentence two_sentences in_one nothing_else tldr tl eli5 simple basic small tiny trivial minor nit nits
        nur kurz* einfach* corto breve rápido solo sólo simple* rapide* juste court apenas só simples soltanto veloce krótko tylko tylk kısa sadece basit коротко кратко только просто
        だけ 簡単 短く 简单 只要 简短 간단* 짧게* 만""",
    "fix": """
        fix fixes bug bugs error errors exception* crash* fail fails failing failed broken wrong doesnt_work not_working issue problem traceback stack_trace panic* segfault* nan undefined null none_type
        fehler* absturz* kaputt* repar* arregl* falla* corrig* erreur* panne* erro erros conserta* errore napraw* błąd hata* düzelt* исправ* ошибк* падает не_работает
        バグ エラー 直して 修正 错误 报错 崩溃 修复 버그* 오류* 에러* 고쳐*""",
    "test": """
        test tests testing unittest* coverage edge_case* mock* property_based parametri* regression fixture* characterization* hypothesis hermetic
        prüf* teste* prueba* essai* testy тест* テスト 境界値 测试 테스트*""",
    "number_theory": """
        given integer* array permutation* subsequence* substring* modulo sum_of minimum_number maximum_number lexicographic* constraints sample_input test_case* leq vertices edges grid palindrom*
        sequence print_the_answer standard_input each_test""",
    "science": """
        statistic* regression_model p-value* significan* variance converge* gradient* loss epoch* accuracy overfit* hyperparameter* numerically simulation* physics dataset* model_is training attention transformer bayes* posterior likelihood reward
        statisti* estadístic* statistique* estatístic* zbieżn* статист* обучен* 統計 学習 统计 训练 模型 학습* 통계*""",
    "negation": """
        not dont without never no_longer cannot cant doesnt isnt wont nicht ohne kein keine nunca sin sans jamais pas não sem senza non nie bez değil olmadan не без нельзя ない なし 不要 没有 不能 않* 없이*""",
    "condition": """
        if while unless when until whenever even_if as_long but except exactly at_least at_most wenn falls während aber cuando mientras pero si quand mais quando enquanto mas se ma jeśli ale eğer ama если когда но
        場合 とき しかし 如果 当 但是 만약* 하지만*""",
    "dataloss": """
        data_loss lose_data lost_data losing_data backup* restore* point_in_time corrupt* truncat* irreversibl* overwrit* wipe* wiped unrecoverabl* bricking
        datenverlust sicherungskopie* perdre_des_données pérdida_de_datos perda_de_dados потеря_данных
        データ損失 バックアップ 数据丢失 备份 백업*""",
    "followup": """
        same again still instead previous earlier above again_but that_one the_other the_second the_first do_that do_both also_do and_now now_the another more_detail continue go_on
        nochmal wieder stattdessen otra_vez también encore aussi de_novo também ancora anche jeszcze_raz tekrar ещё снова もう一度 続けて 同じ 继续 再 다시*""",
}

NOT_MECHANICAL: Final = (
    "design", "plan", "choose", "diagnose", "sporadic", "concurrency", "distributed", "security",
    "performance", "improve", "keep", "dataloss", "uncertain",
)  # fmt: skip
"""Families of words that make a wish more than plain substitution."""

NEGATABLE: Final = frozenset(
    ("design", "plan", "choose", "diagnose", "security", "performance", "improve", "explain", "test",
     "migration", "build", "small")
)  # fmt: skip
"""Families whose words do not count after "no", "not" or "without": "no design advice"."""

MECHANICAL: Final = re.compile(
    r"^(?:\w+ ){0,3}?(?:rename|move|sort|reorder|translate|bump|capitali[sz]e|lowercase|uppercase|"
    r"pluralize|indent|dedent|reformat|alphabeti\w+|replace|swap|substitute|umbenennen|benenn\w*|"
    r"verschieb\w*|sortier\w*|übersetz\w*|ersetz\w*|renombr\w*|mueve|ordena|reemplaz\w*|renomm\w*|"
    r"déplac\w*|remplac\w*|trie|renome\w*|mov[ae]|substitu\w*|rinomin\w*|spost\w*|sostitu\w*)\b|"
    r"\b(?:change|update|correct|adapt) (?:the )?(?:\w+ )?(?:file)?names?\b|\bgive (?:\w+ ){1,3}?(?:name|names)\b|"
    r"\bcall (?:it|this|that|them)(?: (?:function|method|class|variable|file|module|type|field))? \w+"
    r"(?: instead\b| from now on\b|,|$)|\b(?:be|is) (?:re)?(?:named|called) \w+|"
    r"^s/.+/.*/|\S\s*(?:->|=>|→)\s*\S|\bcall it \w+$|重命名|改名|を.{1,20}に(?:変|改名|リネーム)|이름을? .*바꾸"
)
"""Wishes of plain substitution, however many places they touch."""

GOAL: Final = re.compile(
    r"^(?:\w+ ){0,2}?(?:make (?:it|this|that|the|these|them|sure|our|all)|get (?:it|this|the|rid)|let (?:it|the|this|us|users?)|"
    r"keep (?:it|the|this)|ensure|have (?:it|the|this)|turn (?:it|this|the)|support|allow|prevent|stop|handle|"
    r"swap|switch|move (?:it|this|us|the \w+) (?:to|off|onto|from)|replace (?:our|the) \w+ (?:with|by))\b|"
    r"\b(?:should (?:be|not|never|always|still|only|survive|work|scale|run|handle|stay|also)|must (?:be|not|never|always|survive|work|stay)|"
    r"needs? to (?:be|survive|work|scale|handle|support)|has to|have to|so that|as (?:it|they) (?:is|are) (?:now|today)|"
    r"same (?:guarantees?|behaviou?r|semantics|results?)|i want|we want|drop[- ]in)\b|"
    r"^mach(?:e|t)?\b|\bsoll(?:te|en)?\b|\bmuss\b|\bdebe\b|\bdoit\b|\bdeve\b|\bhaz que\b|\bfais en sorte\b|\bdeber[ií]a\b|"
    r"ように(?:して|したい)|改成|让|支持|하도록|해야"
)
"""Wishes that name the goal and not the steps to it."""

CLOSED: Final = re.compile(
    r"^(?:and |so |but |ok |also )?(?:is|are|was|does|do|did|can|could|has|have|will|which|where|when|what(?:s| is| are| was)?(?: the)?|"
    r"who|how many|how much|how long|ist|sind|gibt es|welche[rs]?|wo|wie viele|est ce|es|hay|cu[aá]l|dónde|"
    r"quel(?:le)?|où|qual|quale|dove|onde)\b|^default of\b|(?:吗|呢|ですか|ますか|か)[？?]?$"
)
"""Questions that a word or a line can answer, recognized by how they begin."""

OPEN: Final = re.compile(
    r"\b(?:how (?:should|would|could|can|do|did) (?:i|we|you|one)|what (?:would|should|do) (?:you|we|i)|why\b|"
    r"where (?:do|should|would) (?:we|i) (?:start|draw|put)|what belongs|what if|what happens (?:if|when)|"
    r"thoughts|which (?:approach|way|strategy)|wie (?:soll|würde|können|lösen)|was (?:würde|wäre|soll)|"
    r"comment (?:faire|gérer|devr)|c[oó]mo (?:deber|harías|hacer|lo)|como (?:dever|faria)|come (?:dovre|faresti))"
    r"|どう(?:す|や|設)|怎么(?:办|设计|处理)|如何|어떻게"
)
"""Questions that ask for a course of action or a cause."""

CHOICE: Final = re.compile(
    r"\b\w+ (?:or|vs\.?|versus|oder|ou|o|или) (?:\w+ ){0,5}\w+ ?\??$|\bshould (?:we|i|this|it)\b|"
    r"\b(?:do|would|shall) (?:we|you) (?:really |still |rather )?(?:need|want|use|go|move|switch|migrate|stay|stick|leave|split|adopt)\b|"
    r"\bworth (?:it|the|\w+ing)\b|\bbuild or buy\b|\b(?:soll(?:t?en)?|wollen) wir\b|"
    r"\btime (?:has come )?(?:for us )?(?:to|that we|we) (?:leave|move|switch|migrate|split|break|give up|drop|replace|retire|adopt|"
    r"abandon|ditch|go|part|rewrite|change to)\b|\bare we ready (?:for|to)\b|"
    r"\b(?:ist es|wird es) (?:an der |jetzt |höchste )?zeit\b|\best[- ]il temps\b|\bes (?:hora|momento) de\b|\bè ora di\b|"
    r"\bdev(?:rait|rions|ons)[ -](?:on|nous)\b|\bfau(?:t|drait)[ -]il\b|\bdeber[ií]amos\b|\bconviene\b|"
    r"\bdever[ií]amos\b|\bdevemos\b|\bdovremmo\b|\bстоит ли\b|\bнам (?:нужн|стоит)|還是|还是|べき(?:か|です)|아니면"
)
"""Questions that ask for a choice: which of two, or whether to do it at all."""

_LINE_THING: Final = (
    r"(?:tabs?|spaces?|semicolons?|quotes?|commas?|brac(?:es|kets)|parenthes[ei]s|newlines?|lf|crlf|"
    r"camel ?case|snake_?case|kebab[- ]?case|pascal ?case|upper ?case|lower ?case|let|const|var|val|"
    r"tuples?|lists?|arrays?|dicts?|maps?|sets?|structs?|enums?|strings?|chars?|varchar|text|ints?|"
    r"integers?|floats?|singles?|doubles?|decimals?|bool(?:ean)?s?|null|none|nil|undefined|nan|"
    r"===?|!==?|foreach|for|while|loops?|ternary|lambdas?|comprehensions?|inclusive|exclusive|"
    r"ascending|descending|signed|unsigned|singular|plural|px|r?em|flex|grid|leerzeichen|"
    r"hochkommas?|espacios|espaces|tabulaciones|tabulations)"
)
"""What stands in one line of code: marks, spellings, keywords, types, units."""

OF_LINE: Final = re.compile(
    rf"(?<!\w){_LINE_THING}(?: \w+)? (?:or|vs\.?|versus|oder|ou|o|или) (?:\w+ ){{0,2}}?"
    rf"(?:{_LINE_THING}(?!\w)|not\b)"
)
"""Questions between two things that stand in one line of code ("tabs or spaces?"). They are no
questions between ways to go."""

CHOOSES: Final = ("choose", "improve")
"""Families of the words that a question between two things uses: "or", "better"."""

WHETHER: Final = re.compile(r"^(?:so |and |but )?(?:do|should|shall|would|are) (?:we|you)\b")
"""Questions whether to do something, which are no orders to do it: "do we move to kafka?"."""

HARD: Final = (
    "design", "plan", "choose", "sporadic", "concurrency", "distributed", "security", "performance",
    "migration", "breadth", "stakes", "keep", "group", "uncertain", "diagnose", "dataloss",
)  # fmt: skip
EASY: Final = ("rename", "small", "lookup", "howto", "explain", "brief")
"""Families that are also counted together, so that rare ones share what was learned."""

POLITE: Final = re.compile(
    r"\b(?:please|pls|plz|pleas|kindly|thanks?(?: you)?(?: (?:very|so) much)?(?: in advance)?|thx|ty|"
    r"cheers|hi|hello|hey(?: there)?|good (?:morning|evening|afternoon)|"
    r"(?:could|can|would|will) (?:you|u)(?: be so kind(?: as)? to| mind)?(?! (?:tell|explain) (?:me )?why)|"
    r"i(?: would|d) (?:like|love) (?:you )?to|i want you to|i need you to|help me(?: to)?|"
    r"bitte|danke(?: schon)?|hallo|kannst du|könntest du|können sie|por favor|gracias|hola|puedes|podrías|"
    r"s['’ ]?il (?:te|vous) pla[iî]t|stp|svp|merci|bonjour|salut|(?:peux|pourrais)[ -]tu|pouvez[ -]vous|obrigad[oa]|olá|"
    r"você pode|per favore|grazie|ciao|puoi|proszę|dzięki|cześć|lütfen|merhaba|teşekkürler|пожалуйста|"
    r"спасибо|привет|здравствуйте|можешь)\b|"
    r"してください|してもらえますか|お願いします|ください|请你?|麻烦你?|谢谢|해\s?주세요|부탁(?:해요|합니다)?|감사합니다"
)
"""Courtesy. It says nothing of the work and is removed before words are counted."""

SCALE: Final = re.compile(
    r"(?<![\w.])~?\d[\d,._]{0,20}\s?(?:k|m|mio|gb|tb|mb|%|x|gbit|ms|s|sec|min|minutes?|hours?|h|days?|weeks?|months?|years?|"
    r"rows|users|teams?|devs|people|files|tests|callers|call|sites|modules|components?|services?|"
    r"instances|nodes|tenants?|customers|orgs|requests|lines|packages|classes|places|steps|cores|"
    r"jahre|wochen|años|horas|heures|ans|anni|lat|лет|часов|万|億|亿|年|時間|小时|天|명|시간)(?![\w])"
)
"""Amounts with a unit: the size of what a wish is about ("40M rows", "14 teams")."""

STEP: Final = re.compile(
    r"(?:^|\s)(?:[-*•]|\d+[.)])\s|、|，|,|\band\b|\bthen\b|\bund\b|\by\b|\bet\b|\be\b|\bи\b|&|\+"
)
"""Marks and words that separate one step of a wish from the next."""

REACHES: Final = re.compile(
    r"\b(?:renam\w*|signature\w*|param\w*|argument\w*|args?|returns?|interface\w*|public|api|move|delete|remove|drop|"
    r"deprecat\w*|async|callers?|everywhere|field|column|propert\w*|types?|enum|export\w*|umbenenn\w*|benenn\w*|"
    r"entfern\w*|lösch\w*|rückgabe\w*|renombr\w*|elimin\w*|parámetro\w*|renomm\w*|supprim\w*|paramètre\w*|"
    r"renome\w*|remov\w*|parâmetro\w*|rinomin\w*|rimuov\w*|переимен\w*|удал\w*|параметр\w*)\b|"
    r"改名|重命名|删除|参数|返回|削除|引数|戻り値|名前|이름|삭제|매개변수|반환"
)
"""Wishes that change what others see of a symbol, so that its usages are part of the edit."""
