/**
 * Answers in text to what was asked at a selection (explain, review): shown beside the code as
 * they stream, as text. Nothing in them is rendered, so nothing in them loads or runs.
 */
import * as vscode from "vscode";
import type { TaskChanged } from "../server/messages";
import type { Session } from "../server/session";
import { headOf, tierName } from "./words";

const SCHEME = "tierwise-answer";
/** Milliseconds between two drawings of an answer that streams. */
const EVERY = 100;
const TEXTUAL: ReadonlySet<TaskChanged["action"]> = new Set<TaskChanged["action"]>(["explain", "review", "commit"]);

const GONE: ReadonlySet<TaskChanged["state"]> = new Set<TaskChanged["state"]>(["applied", "discarded", "expired"]);

interface Answer {
  readonly uri: vscode.Uri;
  head: string;
  text: string;
  open: boolean;
}

export class Answers implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly answers = new Map<string, Answer>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly parts: { dispose(): unknown }[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stale = new Set<string>();
  readonly onDidChange = this.changed.event;

  constructor(
    session: Session,
    isOurs: (taskId: string) => boolean,
  ) {
    this.parts = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      session.onDidChangeTask((task) => {
        if (isOurs(task.taskId)) this.task(task);
      }),
      session.onDidStream(({ taskId, kind, delta = "" }) => {
        const answer = this.answers.get(taskId);
        if (answer === undefined) return;
        if (kind === "reset") answer.text = "";
        if (kind === "delta") answer.text += delta;
        if (answer.open) this.drawSoon(taskId);
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const part of this.parts) part.dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const answer = [...this.answers.values()].find((one) => one.uri.toString() === uri.toString());
    return answer === undefined ? "" : `${answer.head}\n\n${answer.text}\n`;
  }

  private task(task: TaskChanged): void {
    const answer = this.answers.get(task.taskId) ?? this.add(task);
    answer.head = headOf(task, vscode.l10n.t("Rehearsal"));
    // What was to edit shows as a proposal; only where it answered in words is there a text to read.
    const shows = TEXTUAL.has(task.action) ? task.state === "running" : task.state === "answered";
    if (shows && !answer.open) {
      answer.open = true;
      void vscode.window.showTextDocument(answer.uri, {
        viewColumn: vscode.ViewColumn.Beside,
        preserveFocus: true,
        preview: true,
      });
    }
    if (answer.open) this.drawSoon(task.taskId);
    if (GONE.has(task.state) && !answer.open) this.answers.delete(task.taskId);
  }

  private add(task: TaskChanged): Answer {
    const path = `/${tierName(task.action)} ${task.taskId}.md`;
    const answer = { uri: vscode.Uri.from({ scheme: SCHEME, path }), head: "", text: "", open: false };
    this.answers.set(task.taskId, answer);
    return answer;
  }

  private drawSoon(taskId: string): void {
    this.stale.add(taskId);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const id of this.stale) {
        const answer = this.answers.get(id);
        if (answer !== undefined) this.changed.fire(answer.uri);
      }
      this.stale.clear();
    }, EVERY);
  }
}
