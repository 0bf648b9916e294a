/** The conversation in view: turns in order, the end kept in sight while the operator is there. */
import type { ToPage, Turn, TurnFacts } from "../src/panel/protocol";
import { announce } from "./announce";
import { fill, h } from "./dom";
import { running, TurnView } from "./turn";
import { costOf, t, tokens } from "./words";

/** Pixels from the end within which the view follows a growing answer. */
const NEAR = 40;

export class Transcript {
  readonly node = h("div", { class: "transcript", role: "log", "aria-live": "off", tabindex: 0, "aria-label": t("Conversation") });
  private readonly turns = new Map<string, TurnView>();
  private follows = true;
  private tiers: readonly string[] = [];

  constructor(private readonly changed: () => void) {
    this.node.addEventListener("scroll", () => {
      const { scrollTop, clientHeight, scrollHeight } = this.node;
      this.follows = scrollTop + clientHeight >= scrollHeight - NEAR;
    });
    this.node.addEventListener("keydown", (event) => { this.walk(event); });
    this.empty();
  }

  /** The turn that is being answered, if one is. */
  get current(): TurnFacts | undefined {
    return [...this.turns.values()].map((view) => view.facts).findLast(running);
  }

  set ladder(tiers: readonly string[]) {
    this.tiers = tiers;
  }

  /** Shows another conversation. */
  open(turns: readonly Turn[]): void {
    this.turns.clear();
    this.node.replaceChildren();
    this.follows = true;
    for (const turn of turns) this.view(turn).restore(turn);
    if (turns.length === 0) this.empty();
    this.changed();
  }

  /** Takes what the extension says of a turn or of its text. */
  take(message: Extract<ToPage, { kind: "turn" | "delta" | "reset" }>): void {
    if (message.kind === "turn") {
      const before = this.turns.get(message.turn.taskId)?.facts;
      this.view(message.turn).update(message.turn);
      speak(before, message.turn);
      this.changed();
    } else if (message.kind === "delta") {
      this.turns.get(message.taskId)?.append(message.delta, message.at);
    } else {
      this.turns.get(message.taskId)?.reset();
    }
  }

  private view(facts: TurnFacts): TurnView {
    const known = this.turns.get(facts.taskId);
    if (known !== undefined) return known;
    if (this.turns.size === 0) this.node.replaceChildren();
    const view = new TurnView(facts, this.tiers, () => { this.scroll(); });
    this.turns.set(facts.taskId, view);
    this.node.append(view.node);
    this.follows = true;
    this.scroll();
    return view;
  }

  private scroll(): void {
    if (this.follows) this.node.scrollTop = this.node.scrollHeight;
  }

  private empty(): void {
    fill(this.node, h("div", { class: "empty" },
      h("p", {}, t("Ask about your code. The cheapest tier that will do answers, and you always see which.")),
      h("p", {}, t("Type @ to attach a file or choose a tier, / for an action on the selection.")),
    ));
  }

  /** Page keys scroll by themselves; Alt with the arrows goes from answer to answer. */
  private walk(event: KeyboardEvent): void {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    const answers = [...this.node.querySelectorAll<HTMLElement>(".answer")];
    const at = answers.findIndex((answer) => answer.contains(document.activeElement));
    const step = event.key === "ArrowUp" ? -1 : 1;
    const from = at < 0 && step < 0 ? answers.length : at;
    answers[Math.max(0, Math.min(answers.length - 1, from + step))]?.focus();
    event.preventDefault();
  }
}

/** Says aloud what changed in a turn: who answers, and how it ended. */
function speak(before: TurnFacts | undefined, turn: TurnFacts): void {
  const { header } = turn;
  if (header !== undefined && header.headline !== before?.header?.headline) {
    announce(`${header.headline}. ${header.because}`);
  }
  if (before?.state === turn.state) return;
  const cost = turn.costUsd === undefined ? "" : costOf(turn.costUsd, turn.rehearsal);
  const out = turn.tokens === undefined ? "" : t("{0} tokens", tokens(turn.tokens.output));
  if (turn.state === "answered") announce(t("Answer complete. {0} {1}", out, cost));
  if (turn.state === "proposed") announce(t("Proposal ready. {0}", cost));
  if (turn.state === "cancelled") announce(t("Stopped. {0}", cost));
  if (turn.state === "applied") announce(t("Applied"));
  if (turn.state === "discarded") announce(before?.state === "applied" ? t("Undone") : t("Discarded"));
}
