/** The chat of this window: sends questions, shows the answers and remembers the conversation. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { Proposals } from "../panel/proposals";
import type { Chip, ConversationItem, ProjectContext, ToPage, Turn } from "../panel/protocol";
import { ACTIONS } from "../server/actions";
import type { Action, DiagnosticItem, Rating, TaskChanged, TaskStart, Turn as Kept } from "../server/messages";
import type { Session } from "../server/session";
import type { SetUp } from "../setup/setup";
import { onSelection } from "../tasks/start";
import { problemOf } from "../tasks/trouble";
import { cursor, selectionChip } from "./attachments";
import { Focus, type Shown } from "./focus";
import { read, slashes } from "./slashes";
import { Conversation, header, tokensOf } from "./turns";

/** The fields of a turn that has just begun. */
const EMPTY = { state: "routing", text: "", progress: "", notices: [] } as const;
const LAST = "tierwise.conversation";

export class Chat implements vscode.Disposable {
  readonly focus: Focus;
  private conversation: Conversation;
  /** Settles when the conversation that is being fetched has arrived. A question waits for it. */
  private opening: Promise<void> = Promise.resolve();
  /** Counts the conversations opened or begun. Only the operator's latest choice is shown. */
  private choice = 0;
  private begun = false;
  private readonly parts: vscode.Disposable[];
  private readonly known = slashes();
  /** The questions that wait for the set-up, by task id, with a function that cancels each. */
  private readonly waiting = new Map<string, () => void>();

  constructor(
    private readonly session: Session,
    private readonly setUp: SetUp,
    proposals: Proposals,
    private readonly memory: vscode.Memento,
    private readonly post: (message: ToPage) => void,
  ) {
    this.conversation = new Conversation(randomUUID(), [], post);
    this.focus = new Focus(session, memory, post, (text) => this.question(text));
    this.parts = [
      session.onDidStream((event) => { this.conversation.streamed(event, Date.now()); }),
      session.onDidChangeTask((event) => {
        this.conversation.task(event);
        const proposal = proposals.get(event.editId);
        if (proposal !== undefined) this.conversation.proposed(proposal);
      }),
      proposals.onDidChange((proposal) => { this.conversation.proposed(proposal); }),
    ];
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }

  /** Sends the conversation to a new page. After a restart of the editor it is the last one. */
  async show(): Promise<void> {
    await this.latest();
    this.send();
  }

  /** Opens the last conversation, unless the operator has already asked something here. */
  private latest(): Promise<void> {
    const last = this.memory.get<string>(LAST);
    const fresh = !this.begun && this.conversation.all.length === 0;
    this.begun = true;
    return fresh && last !== undefined ? this.open(last) : this.opening;
  }

  /** Opens a kept conversation. */
  open(id: string): Promise<void> {
    this.opening = this.fetch(id, ++this.choice);
    return this.opening;
  }

  /** Fetches a conversation and shows it, unless the operator chose another one meanwhile. */
  private async fetch(id: string, choice: number): Promise<void> {
    let turns: Turn[] = [];
    try {
      const got = await this.session.request("tierwise/chat/get", { conversationId: id });
      turns = got.turns.map(restored);
    } catch {
      // A conversation that is no longer kept begins again, empty, with the same id.
    }
    if (choice === this.choice) this.begin(new Conversation(id, turns, this.post));
  }

  new(): void {
    this.choice += 1;
    this.opening = Promise.resolve();
    this.begin(new Conversation(randomUUID(), [], this.post));
  }

  /** The kept conversations. A query selects those that contain it. */
  async list(query: string): Promise<ConversationItem[]> {
    const { conversations } = await this.session.request("tierwise/chat/list", { limit: 100, query });
    return conversations.map(({ conversationId, title, at }) => ({ id: conversationId, title, at }));
  }

  /** The question in a text; undefined if a slash command in it names another action. */
  private question(text: string): string | undefined {
    const { action, instruction } = read(text, this.known);
    return action === "chat" ? instruction : undefined;
  }

  /** Asks. Resolves when the answer is complete. An error is shown in place of the answer. */
  async ask(text: string, chips: readonly Chip[], tier?: string, project?: boolean): Promise<void> {
    const { action, instruction } = read(text, this.known);
    // The focus that the operator saw when they sent the message counts, even if the cursor moves.
    const before = action === "chat" ? this.focus.shown : undefined;
    await this.opening;
    const taskId = randomUUID();
    const place = ACTIONS[action].onCode ? chips.find((chip) => chip.kind === "selection") ?? cursor() : undefined;
    const seen: Chip[] = before === undefined ? [] : [{ kind: "focus", label: before.label, uri: before.at.uri }];
    const shown = place === undefined || chips.includes(place) || ACTIONS[action].atCursor
      ? [...seen, ...chips] : [place, ...chips];
    const { conversation } = this;
    await this.memory.update(LAST, conversation.id);
    conversation.begin({ ...EMPTY, taskId, action, prompt: text, chips: shown });
    if (!(await this.ready(taskId, conversation))) return;
    await this.heard(conversation, taskId, action === "chat"
      ? this.chat(conversation, taskId, instruction, chips, { before, tier, project })
      : this.act(conversation, taskId, action, instruction, place, chips, tier));
  }

  /** Waits until a question can be answered. It stays in view, and the operator can cancel it. */
  private async ready(taskId: string, conversation: Conversation): Promise<boolean> {
    if (this.setUp.state.need !== undefined) conversation.waits(taskId, vscode.l10n.t("Waits for the set-up"));
    const calledOff = new Promise<false>((resolve) => {
      this.waiting.set(taskId, () => { resolve(false); });
    });
    const ready = await Promise.race([this.setUp.ready(), calledOff]);
    this.waiting.delete(taskId);
    if (ready) conversation.goesOn(taskId);
    else conversation.calledOff(taskId);
    return ready;
  }

  /** Starts the task of a command or a code action, as a turn of the conversation. */
  async start(params: TaskStart): Promise<void> {
    await this.latest();
    const taskId = params.taskId ?? randomUUID();
    const { action, instruction = "", textDocument, range } = params;
    const chips = textDocument === undefined || range === undefined ? []
      : [selectionChip(vscode.Uri.parse(textDocument.uri), range)];
    await this.memory.update(LAST, this.conversation.id);
    this.conversation.begin({
      ...EMPTY, taskId, action, prompt: `/${action} ${instruction}`.trim(), chips,
    });
    const { conversation } = this;
    const conversationId = conversation.id;
    await this.heard(conversation, taskId, this.session.request("tierwise/task/start", { ...params, taskId, conversationId }));
  }

  /** Adds a task that began outside the panel and was answered in words. */
  async adopt(task: TaskChanged, asked: TaskStart | undefined, text: string): Promise<void> {
    await this.latest();
    const prompt = asked?.instruction ?? `/${task.action}`;
    this.conversation.begin({ ...EMPTY, taskId: task.taskId, action: task.action, prompt, chips: [], text });
    this.conversation.task(task);
  }

  /** Deletes a kept conversation. If it is in view, a new one begins. */
  async forget(id: string): Promise<void> {
    await this.session.request("tierwise/chat/delete", { conversationId: id });
    if (id === this.conversation.id) this.new();
  }

  /** Asks a question again in other words. It and everything after it are removed first. */
  async askAgain(taskId: string, text: string): Promise<void> {
    const { conversation } = this;
    const turn = conversation.all.find((one) => one.taskId === taskId);
    if (turn === undefined) return;
    if (turn.waits === true) this.waiting.get(taskId)?.();
    else await this.session.request("tierwise/chat/retract", { conversationId: conversation.id, taskId });
    conversation.cut(taskId);
    if (conversation === this.conversation) this.send();
    await this.ask(text, turn.chips.filter(({ kind }) => kind !== "focus"));
  }

  /** Allows a paused task to run beyond the budget. */
  async allow(taskId: string): Promise<void> {
    await this.session.run("tierwise.budget.resume", { allowTask: taskId });
  }

  private async heard(conversation: Conversation, taskId: string, answer: Promise<unknown>): Promise<void> {
    try {
      await answer;
    } catch (error) {
      if (!isCancelled(error)) conversation.failed(taskId, problemOf(error));
    }
  }

  async stop(taskId: string): Promise<void> {
    const callOff = this.waiting.get(taskId);
    if (callOff !== undefined) {
      callOff();
      return;
    }
    await this.session.request("tierwise/task/cancel", { taskId });
  }

  /** Redoes a task on another tier, or on the same one. */
  async again(taskId: string, tier: string): Promise<void> {
    await this.session.run("tierwise.task.rerunOn", { taskId, tier });
  }

  async rate(taskId: string, rating: Rating): Promise<void> {
    await this.session.run("tierwise.route.rate", { taskId, rating });
    this.conversation.rated(taskId, rating);
  }

  /** Makes a code block a proposal, so that the operator can check it before anything changes. */
  async apply(taskId: string, code: string, path: string | undefined): Promise<string> {
    const turn = this.conversation.all.find((one) => one.taskId === taskId);
    const selection = turn?.chips.find((chip) => chip.kind === "selection") ?? cursor();
    const { editId } = await this.session.request("tierwise/chat/apply", {
      taskId,
      code,
      path,
      ...(selection === undefined ? {} : { textDocument: { uri: selection.uri }, range: selection.range }),
    });
    return editId;
  }

  /** The part of the project that would be sent with a question; undefined if none, or unknown. */
  async projectContext(text: string, chips: readonly Chip[]): Promise<ProjectContext | undefined> {
    const prompt = this.question(text);
    if (prompt === undefined || this.session.health.state !== "running") return undefined;
    try {
      const { title, files } = await this.session.request("tierwise/chat/project", {
        prompt,
        references: chips.map(({ uri, range }) => ({ uri, range })),
      });
      return title === undefined ? undefined : { title, files: files ?? [] };
    } catch {
      // This runs while the operator types, so an error shows no message.
      return undefined;
    }
  }

  private async chat(
    { id }: Conversation,
    taskId: string,
    prompt: string,
    chips: readonly Chip[],
    { before, tier, project }: { before?: Shown; tier?: string; project?: boolean },
  ): Promise<void> {
    const selection = chips.find((chip) => chip.kind === "selection");
    await this.session.request("tierwise/chat/send", {
      taskId,
      conversationId: id,
      prompt,
      tier,
      project,
      focus: before?.at,
      selection: selection === undefined ? undefined : { uri: selection.uri, range: selection.range },
      references: chips.filter((chip) => chip !== selection).map(({ uri, range }) => ({ uri, range })),
    });
  }

  private async act(
    { id }: Conversation,
    taskId: string,
    action: Action,
    instruction: string,
    place: Chip | undefined,
    chips: readonly Chip[],
    tier?: string,
  ): Promise<void> {
    const diagnostics = ACTIONS[action].takesDiagnostics ? diagnosticsAt(place) : undefined;
    const files = chips.filter((chip) => chip !== place).map(({ uri }) => ({ uri, attached: true }));
    await this.session.request("tierwise/task/start", {
      taskId,
      conversationId: id,
      action,
      instruction,
      tier,
      textDocument: place === undefined ? undefined : { uri: place.uri },
      range: place?.range,
      diagnostics,
      files: files.length > 0 ? files : undefined,
    });
  }

  private begin(conversation: Conversation): void {
    this.conversation = conversation;
    void this.memory.update(LAST, conversation.id);
    this.send();
  }

  private send(): void {
    this.post({ kind: "conversation", id: this.conversation.id, turns: this.conversation.all });
  }
}

/** Makes a turn from a kept one. Without an answer it was still running when the window closed. */
function restored(kept: Kept): Turn {
  return {
    taskId: kept.taskId,
    action: kept.action,
    prompt: kept.prompt,
    chips: [],
    state: kept.state,
    text: kept.text,
    progress: "",
    notices: [],
    header: header(kept.decision),
    tokens: tokensOf(kept.usage),
    costUsd: kept.usage.costUsd,
    rehearsal: kept.rehearsal,
  };
}

/** The editor's diagnostics at the place to fix. */
function diagnosticsAt(place: Chip | undefined): DiagnosticItem[] | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || editor.document.uri.toString() !== place?.uri) return undefined;
  return onSelection(editor, "fix").diagnostics;
}

/** True if the request was cancelled, which is no failure. */
export function isCancelled(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === -32800;
}
