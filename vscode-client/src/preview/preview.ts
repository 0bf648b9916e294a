/**
 * Shows proposals in the editor's own diff: one file as a diff, several as a multi-diff. Both sides
 * are virtual documents. The diff changes when its file changes, and closes when the proposal is
 * applied or discarded.
 */
import * as vscode from "vscode";
import type { EditGot, TaskChanged } from "../server/messages";
import type { Session } from "../server/session";
import type { Board } from "../tasks/board";
import { arrow } from "../tasks/words";
import { sideOf, Sides, sideUri } from "./sides";
import { edited, filesOf, places, type FileChange, type Place } from "./texts";

/** Milliseconds without typing after which a shown proposal is fetched again. */
const REST = 150;

/** The most files that a title names. */
const NAMED = 2;

/** A proposal as the server last gave it. */
export interface Shown {
  readonly editId: string;
  readonly title: string;
  readonly got: EditGot;
  readonly files: readonly FileChange[];
}

export class Preview implements vscode.Disposable {
  private readonly shown = new Map<string, Shown>();
  private readonly sides = new Sides();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly parts: { dispose(): unknown }[];
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Fires when a proposal comes, changes or goes. */
  readonly onDidChange = this.changed.event;

  /** Proposals seen before. After an undo such a proposal waits again, but opens no diff. */
  private readonly introduced = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly board: Board,
    private readonly options: {
      /** True if the proposal of a task opens by itself when it is ready. */
      opensByItself(task: TaskChanged): boolean;
      /** Called when the file of a shown proposal changed, so that the proposal is stale. */
      staled(editId: string): void;
    },
  ) {
    this.parts = [
      this.sides,
      this.changed,
      session.onDidChangeTask((task) => void this.follow(task)),
      session.onDidChangeHealth(({ state }) => {
        if (state !== "running") for (const editId of [...this.shown.keys()]) void this.close(editId);
      }),
      vscode.window.tabGroups.onDidChangeTabs(() => { this.front(); }),
      vscode.window.tabGroups.onDidChangeTabGroups(() => { this.front(); }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        this.lookSoon(document.uri.toString());
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const part of this.parts) part.dispose();
  }

  get all(): readonly Shown[] {
    return [...this.shown.values()];
  }

  get(editId: string): Shown | undefined {
    return this.shown.get(editId);
  }

  /** Where the hunks of a proposal are in one document, in lines of both sides. */
  places(editId: string, uri: string): Place[] {
    const shown = this.shown.get(editId);
    return shown === undefined ? [] : places(shown.got.hunks, uri);
  }

  /** The shown proposals that have hunks in a document. */
  at(uri: string): Shown[] {
    return [...this.shown.values()].filter(({ files }) => files.some((file) => file.uri === uri));
  }

  /** Shows a proposal. Rejects if there is none with that id. */
  async open(editId: string): Promise<void> {
    const shown = await this.look(editId);
    const pairs = shown.files.map((file) => ({ file, before: address(shown, file, "before"), after: address(shown, file, "after") }));
    const [only, ...more] = pairs;
    if (only === undefined) return;
    for (const { file, before, after } of pairs) await speakAs(file.uri, [before, after]);
    if (more.length === 0) {
      await vscode.commands.executeCommand("vscode.diff", only.before, only.after, shown.title, {
        preview: true,
        preserveFocus: false,
      } satisfies vscode.TextDocumentShowOptions);
    } else {
      const resources = pairs.map(({ file, before, after }) => [vscode.Uri.parse(file.uri), before, after]);
      await vscode.commands.executeCommand("vscode.changes", shown.title, resources);
    }
    if (this.shown.has(editId)) this.session.notify("tierwise/edit/didShow", { editId });
    // The proposal was settled, or the server ended, while the editor opened it.
    else await this.closeTabs(shown);
  }

  /** Closes the tabs of a proposal. */
  async close(editId: string): Promise<void> {
    const shown = this.shown.get(editId);
    if (shown === undefined) return;
    this.shown.delete(editId);
    this.changed.fire();
    await this.closeTabs(shown);
    this.sides.drop(editId);
  }

  private async closeTabs({ editId, title }: Shown): Promise<void> {
    const own = vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter((tab) => this.shownIn(tab) === editId || tab.label.startsWith(title));
    if (own.length > 0) await vscode.window.tabGroups.close(own, true);
  }

  private async follow(task: TaskChanged): Promise<void> {
    const { editId, state } = task;
    for (const other of this.shown.values()) {
      // A redo replaces the proposal of its task.
      if (other.got.taskId === task.taskId && (other.editId !== editId || state === "routing")) {
        await this.close(other.editId);
      }
    }
    if (editId === undefined) return;
    if (state === "proposed" || state === "partlyApplied") {
      const first = !this.introduced.has(editId);
      this.introduced.add(editId);
      try {
        if (first && state === "proposed" && this.options.opensByItself(task)) await this.open(editId);
        else if (!isPending(await this.look(editId))) await this.close(editId);
      } catch {
        // The proposal was settled meanwhile. The event for that will come.
      }
    } else {
      await this.close(editId);
    }
  }

  /** Shows the buttons for a proposal's tab only while such a tab is active. */
  private front(): void {
    const inFront = this.shownIn(vscode.window.tabGroups.activeTabGroup.activeTab) !== undefined;
    void vscode.commands.executeCommand("setContext", "tierwise.proposalInFront", inFront);
  }

  private lookSoon(uri: string): void {
    if (this.at(uri).length === 0) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      for (const { editId } of this.at(uri)) void this.look(editId).catch(() => this.close(editId));
    }, REST);
  }

  /** Fetches a proposal from the server, and makes the texts of both sides again. */
  private async look(editId: string): Promise<Shown> {
    const got = await this.session.request("tierwise/edit/get", { editId });
    const files = filesOf(got.edit);
    const before = this.shown.get(editId);
    const shown = { editId, title: before?.title ?? this.title(editId, files), got, files };
    this.shown.set(editId, shown);
    for (const file of files) {
      const text = file.created ? "" : await textOf(file.uri);
      this.sides.put(address(shown, file, "before"), text);
      this.sides.put(address(shown, file, "after"), file.toUri === undefined ? "" : edited(text, file.edits));
    }
    this.changed.fire();
    if (got.stale && before?.got.stale !== true) this.options.staled(editId);
    return shown;
  }

  /** The id of the proposal that a tab shows, if it shows one. */
  shownIn(tab: vscode.Tab | undefined): string | undefined {
    const input = tab?.input;
    if (input instanceof vscode.TabInputTextDiff) return sideOf(input.modified)?.editId;
    if (input instanceof vscode.TabInputText) return sideOf(input.uri)?.editId;
    // A multi-diff has no URIs here, so its label tells: the title, then the number of files.
    return [...this.shown.values()].find(({ title }) => tab?.label.startsWith(title))?.editId;
  }

  /** The heading of a proposal: who answered, and why. */
  heading(editId: string): string {
    const decision = this.board.byEdit(editId)?.decision;
    return decision === undefined ? "Tierwise" : decision.shown.sentence;
  }

  /** The title of a tab, such as "Haiku → Sonnet · app.py (proposed)". */
  private title(editId: string, files: readonly FileChange[]): string {
    const task = this.board.byEdit(editId);
    const tier = task === undefined ? "Tierwise" : arrow(task.decision);
    const rehearsal = task?.rehearsal === true ? `${vscode.l10n.t("Rehearsal")} · ` : "";
    const names = files.map(({ uri }) => vscode.Uri.parse(uri).path.split("/").at(-1) ?? "");
    const what = `${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? ", …" : ""}`;
    return `${rehearsal}${tier} · ${what} (${vscode.l10n.t("proposed")})`;
  }
}

function isPending({ got }: Shown): boolean {
  return got.hunks.some(({ state }) => state === "pending");
}

function address(shown: Shown, file: FileChange, side: "before" | "after"): vscode.Uri {
  const path = vscode.Uri.parse(side === "before" ? file.uri : (file.toUri ?? file.uri)).path;
  return sideUri(path, { editId: shown.editId, side, of: file.uri });
}

/** Gives both sides of a notebook cell the cell's language, which their path does not tell. */
async function speakAs(uri: string, sides: readonly vscode.Uri[]): Promise<void> {
  if (!uri.startsWith("vscode-notebook-cell:")) return;
  const { languageId } = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  for (const side of sides) {
    await vscode.languages.setTextDocumentLanguage(await vscode.workspace.openTextDocument(side), languageId);
  }
}

async function textOf(uri: string): Promise<string> {
  try {
    return (await vscode.workspace.openTextDocument(vscode.Uri.parse(uri))).getText();
  } catch {
    return "";
  }
}
