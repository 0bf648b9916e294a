/** The conversation that the panel shows, built from the server's messages. No `vscode` in here. */
import type { Proposal, ToPage, Turn, TurnFacts } from "../panel/protocol";
import type { Problem, Rating, Streamed, TaskChanged, Usage } from "../server/messages";
import { beside } from "../tasks/words";
import { ACTIONS } from "../server/actions";

type Changes = Partial<Omit<Turn, "taskId">>;

export class Conversation {
  private readonly turns: Turn[];

  constructor(
    readonly id: string,
    turns: readonly Turn[] = [],
    private readonly post: (message: ToPage) => void = () => undefined,
  ) {
    this.turns = [...turns];
  }

  /** All turns, for a page that was just made. */
  get all(): readonly Turn[] {
    return this.turns;
  }

  has(taskId: string): boolean {
    return this.turns.some((turn) => turn.taskId === taskId);
  }

  begin(turn: Turn): void {
    this.turns.push(turn);
    this.post({ kind: "turn", turn: facts(turn) });
  }

  /** Adds a piece of an answer. The text of an edit is not shown, because its proposal is shown. */
  streamed(event: Streamed, at: number): void {
    const turn = this.turns.find((one) => one.taskId === event.taskId);
    if (turn === undefined) return;
    switch (event.kind) {
      case "decision":
        if (event.decision !== undefined) this.change(turn.taskId, { header: header(event.decision) });
        break;
      case "delta":
        this.put(turn, { text: turn.text + (event.delta ?? "") });
        if (!ACTIONS[turn.action].edits && event.delta !== undefined) {
          this.post({ kind: "delta", taskId: turn.taskId, delta: event.delta, at });
        }
        break;
      case "reset":
        this.put(turn, { text: "" });
        this.post({ kind: "reset", taskId: turn.taskId });
        if (event.reason !== undefined) this.change(turn.taskId, { notices: [event.reason] });
        break;
      case "notice":
        if (event.reason !== undefined) {
          this.change(turn.taskId, { notices: merged(turn.notices, [event.reason]) });
        }
        break;
    }
  }

  /** Updates a turn, because its task changed. */
  task(event: TaskChanged): void {
    const turn = this.turns.find((one) => one.taskId === event.taskId);
    if (turn === undefined) return;
    const began = event.state === "routing" && turn.state !== "routing";
    const plain = ACTIONS[turn.action].edits && event.state === "answered" && turn.state !== "answered";
    this.change(turn.taskId, {
      state: event.state,
      header: header(event.decision),
      progress: event.progress ?? "",
      costUsd: event.costUsd,
      redoUsd: event.redoUsd,
      rehearsal: event.rehearsal,
      error: event.error,
      ...(event.usage === undefined
        ? {}
        : { tokens: tokensOf(event.usage) }),
      ...(began
        ? { notices: [], proposal: undefined, rating: undefined }
        : { notices: merged(beside(event), turn.notices) }),
    });
    if (plain) this.post({ kind: "delta", taskId: turn.taskId, delta: turn.text, at: 0 });
  }

  /** Shows that a question is not asked yet. `why` says what it waits for. */
  waits(taskId: string, why: string): void {
    this.change(taskId, { state: "paused", progress: why, waits: true });
  }

  /** Shows that a question no longer waits. */
  goesOn(taskId: string): void {
    this.change(taskId, { state: "routing", progress: "", waits: undefined });
  }

  /** Shows that a waiting question was cancelled. */
  calledOff(taskId: string): void {
    this.change(taskId, { state: "cancelled", progress: "", waits: undefined });
  }

  /** Removes a question and everything after it. */
  cut(taskId: string): void {
    const at = this.turns.findIndex((turn) => turn.taskId === taskId);
    if (at >= 0) this.turns.splice(at);
  }

  failed(taskId: string, error: Problem): void {
    this.change(taskId, { state: "failed", error });
  }

  rated(taskId: string, rating: Rating): void {
    this.change(taskId, { rating });
  }

  proposed(proposal: Proposal): void {
    this.change(proposal.taskId, { proposal });
  }

  private change(taskId: string, changes: Changes): void {
    const turn = this.turns.find((one) => one.taskId === taskId);
    if (turn !== undefined) this.post({ kind: "turn", turn: facts(this.put(turn, changes)) });
  }

  private put(turn: Turn, changes: Changes): Turn {
    const next = { ...turn, ...changes };
    this.turns[this.turns.indexOf(turn)] = next;
    return next;
  }
}

/** The header of an answer, in the server's words. */
export function header(decision: TaskChanged["decision"]): Turn["header"] {
  const { headline, because, answering, routed, reasons, costUsd, cause } = decision;
  return { headline, because, answering, routed, reasons, costUsd, pinned: cause === "pin" };
}

/** Input and output tokens. Tokens read from or written to a cache count as input. */
export function tokensOf(usage: Usage): Turn["tokens"] {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage;
  return { input: inputTokens + cacheReadTokens + cacheWriteTokens, output: outputTokens };
}

/** Merges two lists of sentences. A sentence that only begins another one is dropped. */
function merged(told: readonly string[], heard: readonly string[]): readonly string[] {
  const all = [...told, ...heard];
  const said = (line: string, at: number): boolean =>
    all.some((other, index) => other.startsWith(line) && (other.length > line.length || index < at));
  return all.filter((line, at) => !said(line, at));
}

function facts(turn: Turn): TurnFacts {
  const rest: TurnFacts & { text?: string } = { ...turn };
  delete rest.text;
  return rest;
}
