/** Shows a proposal in the real file: each hunk below the lines that it replaces (an option). */
import * as vscode from "vscode";
import type { Hunk } from "../server/messages";
import type { Preview } from "./preview";

interface Drawn {
  readonly thread: vscode.CommentThread;
  /** The place and text it was drawn from. If they change, it is drawn again. */
  readonly from: string;
}

/** The only commands that links in a hunk may run. */
const OFFERED = ["tierwise.ui.applyHere", "tierwise.ui.discardHere"];

export class InPlace implements vscode.Disposable {
  private readonly controller = vscode.comments.createCommentController("tierwise.inPlace", "Tierwise");
  private readonly drawn = new Map<string, Drawn>();
  private readonly heard: vscode.Disposable;
  /** Counts the drawings. After reading files only the latest drawing goes on. */
  private drawings = 0;

  /** `wanted` is true if the proposal of a task is shown in its file. */
  constructor(
    private readonly preview: Preview,
    private readonly wanted: (taskId: string) => boolean,
  ) {
    this.heard = preview.onDidChange(() => { void this.draw(); });
  }

  dispose(): void {
    this.drawings += 1;
    this.heard.dispose();
    this.controller.dispose();
  }

  private async draw(): Promise<void> {
    this.drawings += 1;
    const mine = this.drawings;
    const due = new Map<string, { editId: string; hunk: Hunk; from: string }>();
    for (const { editId, got } of this.preview.all.filter((shown) => this.wanted(shown.got.taskId))) {
      for (const hunk of got.hunks) {
        if (hunk.state !== "pending" || hunk.range === undefined || hunk.kind !== "text") continue;
        due.set(`${editId} ${hunk.id}`, { editId, hunk, from: JSON.stringify([hunk.range, hunk.newText]) });
      }
    }
    for (const [key, { thread, from }] of this.drawn) {
      if (due.get(key)?.from === from) continue;
      thread.dispose();
      this.drawn.delete(key);
    }
    for (const [key, { editId, hunk, from }] of due) {
      if (this.drawn.has(key)) continue;
      const document = await opened(hunk.uri);
      if (mine !== this.drawings) return;
      this.drawn.set(key, { from, thread: this.thread(editId, hunk, document) });
    }
  }

  private thread(editId: string, hunk: Hunk, document: vscode.TextDocument | undefined): vscode.CommentThread {
    const { start, end } = hunk.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const last = end.character > 0 ? end.line : Math.max(start.line, end.line - 1);
    const uri = vscode.Uri.parse(hunk.uri);
    const before = document?.getText(new vscode.Range(start.line, 0, end.line, end.character)) ?? "";
    const thread = this.controller.createCommentThread(uri, new vscode.Range(start.line, 0, last, 0), [
      { author: { name: "Tierwise" }, mode: vscode.CommentMode.Preview, body: body(editId, hunk, before) },
    ]);
    thread.canReply = false;
    thread.label = this.preview.heading(editId);
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    return thread;
  }
}

/** The document of a hunk, read from disk if it is not open; undefined if it cannot be read. */
async function opened(uri: string): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  } catch {
    return undefined;
  }
}

/** The hunk as a diff, with links to apply and discard it. */
function body(editId: string, hunk: Hunk, before: string): vscode.MarkdownString {
  const link = (words: string, command: string): string =>
    `[${words}](command:${command}?${encodeURIComponent(JSON.stringify([editId, hunk.id]))})`;
  const text = new vscode.MarkdownString();
  text.appendCodeblock([...marked("-", before), ...marked("+", hunk.newText ?? "")].join("\n"), "diff");
  text.appendMarkdown(
    `\n${link(vscode.l10n.t("Apply"), "tierwise.ui.applyHere")} · ${link(vscode.l10n.t("Discard"), "tierwise.ui.discardHere")}`,
  );
  text.isTrusted = { enabledCommands: OFFERED };
  return text;
}

function marked(mark: string, text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n").map((line) => `${mark} ${line}`);
}
