/** One question with its answer: who answers and why above it, what it cost and what to do below. */
import type { Turn, TurnFacts, Way } from "../src/panel/protocol";
import { AnswerView } from "./answer";
import { button, fill, glyph, h, iconButton, keepFocus } from "./dom";
import { openMenu } from "./menu";
import { proposalCard } from "./proposal";
import { tell } from "./host";
import { amount, costOf, t, tierName, tokens } from "./words";

/** What the budget refused, and one permission lets through. */
const REFUSED = new Set(["BudgetPaused", "TaskTooDear"]);
const OVER = new Set(["answered", "applied", "partlyApplied", "discarded", "cancelled", "failed", "expired"]);

/** Whether an answer may still grow. */
export function running(turn: TurnFacts): boolean {
  return turn.state === "routing" || turn.state === "running";
}

export class TurnView {
  readonly node: HTMLElement;
  private readonly answer = h("article", { class: "answer", tabindex: -1, "aria-label": t("Answer") });
  private readonly question = h("div", { class: "question" });
  private readonly head = h("header", { class: "head" });
  private readonly notes = h("div", { class: "notes" });
  private readonly card = h("div");
  private readonly foot = h("footer", { class: "foot" });
  private readonly body: AnswerView;
  private shown: { text: string; at: number | undefined } = { text: "", at: undefined };
  private why = false;

  constructor(
    public facts: TurnFacts,
    private readonly tiers: readonly string[],
    drawn: () => void,
  ) {
    const id = facts.taskId;
    this.body = new AnswerView(
      {
        copy: (text) => { tell({ kind: "copy", taskId: id, text }); },
        insert: (text) => { tell({ kind: "insert", taskId: id, text }); },
        apply: (text, path) => { tell({ kind: "applyCode", taskId: id, text, path }); },
      },
      () => {
        this.report();
        drawn();
      },
    );
    const chips = facts.chips.map((chip) => h("span", { class: "chip" }, chip.label));
    const asked = h(
      "div",
      { class: "asked" },
      this.question,
      chips.length > 0 ? h("div", { class: "chips" }, ...chips) : undefined,
    );
    this.drawQuestion();
    this.answer.append(this.head, this.body.node, this.notes, this.card, this.foot);
    this.node = h("section", { class: "turn", "data-task": id }, asked, this.answer);
    this.update(facts);
  }

  /** Shows a text that was kept, all at once. */
  restore(turn: Turn): void {
    this.shown.text = turn.text;
    this.body.append(turn.text);
    this.update(turn);
  }

  /** Takes more of the answer; `at` is when the extension had it, in the clock's milliseconds. */
  append(delta: string, at: number): void {
    this.shown = { text: this.shown.text + delta, at: this.shown.at ?? at };
    this.node.classList.add("has-text");
    this.body.append(delta);
  }

  /** Forgets the answer: another attempt gives it. */
  reset(): void {
    this.shown = { text: "", at: undefined };
    this.body.reset();
  }

  /** Takes everything but the text. */
  update(facts: TurnFacts): void {
    this.facts = facts;
    this.node.dataset["state"] = facts.state;
    this.node.setAttribute("aria-busy", String(running(facts)));
    if (OVER.has(facts.state) || facts.state === "proposed") this.body.end();
    keepFocus(this.node, this.answer, () => {
      this.drawHead();
      this.drawNotes();
      fill(this.card, facts.proposal === undefined ? undefined : proposalCard(facts.proposal));
      this.drawFoot();
    });
  }

  private drawQuestion(): void {
    const edit = iconButton("edit", t("Edit this question and ask it again"), () => { this.editQuestion(); });
    fill(this.question, h("div", { class: "prompt" }, this.facts.prompt), edit);
  }

  /** The question as a field; what follows it goes once it is asked again. */
  private editQuestion(): void {
    const field = h("textarea", { rows: 1, "aria-label": t("The question") });
    const grow = (): void => {
      field.style.height = "auto";
      field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
    };
    const leave = (): void => {
      this.drawQuestion();
      this.question.querySelector("button")?.focus();
    };
    const send = (): void => {
      const text = field.value.trim();
      if (text !== "") tell({ kind: "askAgain", taskId: this.facts.taskId, text });
    };
    field.value = this.facts.prompt;
    field.addEventListener("input", grow);
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" && !event.shiftKey) send();
      else if (event.key === "Escape") leave();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    fill(this.question, field, h("div", { class: "buttons" },
      button(t("Ask again"), send, { class: "primary" }), button(t("Cancel"), leave)));
    field.focus();
    grow();
  }

  private drawHead(): void {
    const { header, progress } = this.facts;
    if (header === undefined) {
      const { state, waits } = this.facts;
      const words = waits === true ? progress : state === "failed" || state === "cancelled" ? t("No answer") : t("Routing…");
      fill(this.head, h("span", { class: "tier" }, words));
      return;
    }
    const reasons = h("ul", { class: "reasons", hidden: !this.why },
      ...header.reasons.map((reason) => h("li", {}, reason)));
    const toggle = iconButton("info", t("Why this tier"), () => {
      this.why = !this.why;
      reasons.hidden = !this.why;
      toggle.setAttribute("aria-expanded", String(this.why));
    });
    toggle.setAttribute("aria-expanded", String(this.why));
    const busy = running(this.facts) || this.facts.state === "paused";
    fill(
      this.head,
      h("span", { class: "tier" }, header.headline),
      header.reasons.length > 0 ? toggle : undefined,
      this.facts.rehearsal === true ? h("span", { class: "badge" }, t("rehearsal")) : undefined,
      busy && progress !== "" ? h("span", { class: "progress" }, progress) : undefined,
      header.because === "" ? undefined : h("span", { class: "because" }, header.because),
      header.pinned ? button(t("Unpin"), () => { tell({ kind: "way", way: "unpin" }); }) : undefined,
      reasons,
    );
  }

  /** Whether a notice, "Haiku is overloaded; Sonnet answers", says again what the head says. */
  private repeats(notice: string): boolean {
    const [what = ""] = notice.split(";");
    return this.facts.header?.because.startsWith(what) === true;
  }

  private drawNotes(): void {
    const { notices, error } = this.facts;
    const lines = notices.filter((notice) => !this.repeats(notice)).map((notice) => h("p", { class: "notice" }, glyph("info"), notice));
    if (error !== undefined) {
      const line = h("p", { class: "error", role: "alert" }, glyph("error"), error.message);
      for (const [words, way] of waysOn(error.name)) {
        line.append(button(words, () => { tell({ kind: "way", way }); }));
      }
      if (REFUSED.has(error.name)) line.append(this.allow());
      lines.push(line);
    }
    fill(this.notes, ...lines);
  }

  private drawFoot(): void {
    const { facts } = this;
    if (running(facts) || facts.state === "paused") {
      const stop = button(t("Cancel"), () => { tell({ kind: "stop", taskId: facts.taskId }); });
      const raise = button(t("Raise…"), () => { tell({ kind: "way", way: "budget" }); });
      const ways = facts.waits === true ? [stop] : [raise, this.allow(), stop];
      fill(this.foot, ...(facts.state === "paused" ? ways : []));
      return;
    }
    const used: string[] = [];
    if (facts.state === "cancelled") used.push(t("Stopped"));
    if (facts.tokens !== undefined) {
      used.push(t("{0} tokens in, {1} out", tokens(facts.tokens.input), tokens(facts.tokens.output)));
    }
    if (facts.costUsd !== undefined) used.push(costOf(facts.costUsd, facts.rehearsal));
    const actions = h("span", { class: "actions", role: "group", "aria-label": t("This answer") });
    if (this.shown.text !== "" && facts.proposal === undefined) {
      actions.append(iconButton("copy", t("Copy answer"), () => {
        tell({ kind: "copy", taskId: facts.taskId, text: this.shown.text });
      }));
    }
    if (facts.state !== "applied" && facts.state !== "partlyApplied") actions.append(...this.again());
    if (facts.state !== "failed" && facts.state !== "cancelled") actions.append(...this.ratings());
    fill(this.foot, h("span", { class: "used" }, used.join(" · ")), actions);
  }

  private allow(): HTMLElement {
    return button(t("Allow this task"), () => { tell({ kind: "allow", taskId: this.facts.taskId }); });
  }

  /** The same tier by one button; the others behind a small one, the current one marked. */
  private again(): HTMLElement[] {
    const { taskId, header, redoUsd, rehearsal } = this.facts;
    const same = iconButton("refresh", t("Regenerate with the same tier"), () => {
      tell({ kind: "again", taskId, tier: "same" });
    });
    if (header === undefined) return [same];
    const costs = redoUsd ?? header.costUsd;
    const more = iconButton("chevron-down", t("Regenerate with another tier"), () => {
      const items = [...this.tiers].reverse().map((tier) => ({
        label: t("Regenerate with {0}", tierName(tier)),
        detail: [
          ...(costs[tier] === undefined ? [] : [rehearsal === true ? "0¢" : amount(costs[tier])]),
          ...(tier === header.answering ? [t("current")] : []),
        ].join(" · "),
        act: () => { tell({ kind: "again", taskId, tier }); },
      }));
      openMenu(more, items);
    });
    more.setAttribute("aria-haspopup", "menu");
    return [same, more];
  }

  private ratings(): HTMLElement[] {
    const choices = [
      ["tooWeak", "arrow-up", t("This tier was too weak")],
      ["fine", "check", t("This tier was right")],
      ["overkill", "arrow-down", t("A cheaper tier would have done")],
    ] as const;
    return choices.map(([rating, icon, words]) => {
      const node = iconButton(icon, words, () => {
        tell({ kind: "rate", taskId: this.facts.taskId, rating });
      });
      node.setAttribute("aria-pressed", String(this.facts.rating === rating));
      return node;
    });
  }

  /** Tells the extension when the first piece was drawn, so that the wait can be measured. */
  private report(): void {
    const at = this.shown.at;
    if (at === undefined || at === 0) return;
    this.shown.at = 0;
    tell({ kind: "drawn", taskId: this.facts.taskId, at });
  }
}

/** What can be done about an error, as words and a way on. */
function waysOn(name: string): [string, Way][] {
  switch (name) {
    case "BudgetPaused":
    case "TaskTooDear":
      return [[t("Raise…"), "budget"]];
    case "NotConfigured":
      return [[t("Set Key"), "setKey"], [t("Try Rehearsal"), "rehearse"]];
    case "Untrusted":
      return [[t("Manage Trust"), "trust"]];
    default:
      return [];
  }
}
