/** Marks in the file, while an answer is written, which lines its hunks so far will replace. */
import * as vscode from "vscode";
import type { Hunk, TaskChanged } from "../server/messages";
import type { Session } from "../server/session";
import { written } from "./texts";

/** The hunks of one task that the server last gave. */
interface Grown {
  readonly editId: string;
  hunks: readonly Hunk[];
  /** A request for the hunks is under way. `again` says that another one must follow. */
  looking: boolean;
  again: boolean;
}

export class Growing implements vscode.Disposable {
  private readonly tasks = new Map<string, Grown>();
  private readonly parts: { dispose(): unknown }[];
  private readonly mark = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("editor.wordHighlightBackground"),
    overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.modifiedForeground"),
    after: { color: new vscode.ThemeColor("editorGhostText.foreground"), margin: "0 0 0 3ch" },
  });

  constructor(private readonly session: Session) {
    this.parts = [
      this.mark,
      session.onDidChangeTask((task) => { this.follow(task); }),
      session.onDidChangeHealth(({ state }) => {
        if (state === "running") return;
        this.tasks.clear();
        this.draw();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => { this.draw(); }),
    ];
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }

  /** Follows a task while it runs. Then the marks go, because the preview shows the proposal. */
  private follow({ taskId, state, editId }: TaskChanged): void {
    if (state === "running" && editId !== undefined) {
      const known = this.tasks.get(taskId);
      const grown = known?.editId === editId ? known : { editId, hunks: [], looking: false, again: false };
      this.tasks.set(taskId, grown);
      void this.look(taskId, grown);
    } else if (state !== "running" && this.tasks.delete(taskId)) {
      this.draw();
    }
  }

  private async look(taskId: string, grown: Grown): Promise<void> {
    grown.again = grown.looking;
    if (grown.looking) return;
    grown.looking = true;
    try {
      grown.hunks = (await this.session.request("tierwise/edit/get", { editId: grown.editId })).hunks;
    } catch {
      // The answer ended before the request came.
      grown.hunks = [];
    }
    grown.looking = false;
    if (this.tasks.get(taskId) !== grown) return;
    this.draw();
    if (grown.again) await this.look(taskId, grown);
  }

  private draw(): void {
    const hunks = [...this.tasks.values()].flatMap((grown) => grown.hunks);
    for (const editor of vscode.window.visibleTextEditors) {
      const uri = editor.document.uri.toString();
      const own = hunks.filter((hunk) => hunk.uri === uri && hunk.range !== undefined);
      editor.setDecorations(this.mark, own.map((hunk) => marked(editor.document, hunk)));
    }
  }
}

/** Marks the lines that a hunk replaces, with the answer's newest line behind the last one. */
function marked(document: vscode.TextDocument, hunk: Hunk): vscode.DecorationOptions {
  const { start, end } = hunk.range ?? { start: { line: 0 }, end: { line: 0, character: 0 } };
  const last = end.character > 0 ? end.line : Math.max(start.line, end.line - 1);
  const lines = new vscode.Range(start.line, 0, last, 0);
  const before = document.getText(new vscode.Range(start.line, 0, last + 1, 0));
  const hover = new vscode.MarkdownString().appendCodeblock(hunk.newText ?? "", document.languageId);
  const text = written(before, hunk.newText ?? "");
  const after = { contentText: vscode.l10n.t("writing: {0}", text) };
  return { range: document.validateRange(lines), hoverMessage: hover, renderOptions: { after } };
}
