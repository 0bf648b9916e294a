/**
 * Limits the documents that the server is told about to those that the operator has open.
 *
 * The editor also keeps documents that an extension has read, and closed ones for some minutes.
 * They would count as open files of a task and could be sent to a model as its context.
 */
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";

type Send = (document: vscode.TextDocument) => Promise<void>;

export interface Sight {
  /** Returns the URIs of all documents that are in a tab or visible anywhere else. */
  readonly uris: () => ReadonlySet<string>;
  /** Calls `look` when that may have changed. */
  readonly onDidChange: (look: () => void) => vscode.Disposable;
}

/** The documents of one connection. */
export class OpenDocuments implements vscode.Disposable {
  private readonly known = new Map<string, { readonly document: vscode.TextDocument; readonly open: Send }>();
  private readonly told = new Set<string>();
  private readonly watching: vscode.Disposable;

  /** `close` tells the server that a document is closed, although the editor still keeps it. */
  constructor(
    private readonly close: Send,
    private readonly sight: Sight = inSight,
  ) {
    // A connection that is ending rejects this. The next one is told about all documents again.
    this.watching = sight.onDidChange(() => void this.look().catch(() => undefined));
  }

  readonly middleware = {
    didOpen: (document, next) => {
      this.known.set(document.uri.toString(), { document, open: next });
      return this.look();
    },
    didChange: (event, next) => {
      // A document that the server does not know yet is opened with this change in it.
      return this.told.has(event.document.uri.toString()) ? next(event) : this.look();
    },
    didClose: (document, next) => {
      const uri = document.uri.toString();
      this.known.delete(uri);
      return this.told.delete(uri) ? next(document) : Promise.resolve();
    },
  } satisfies Middleware;

  dispose(): void {
    this.watching.dispose();
    this.known.clear();
  }

  /**
   * Tells the server which documents came into view or left it. A document with unsaved changes
   * counts as visible, because its text differs from the file on disk.
   */
  private async look(): Promise<void> {
    const seen = this.sight.uris();
    const due: Promise<void>[] = [];
    for (const [uri, { document, open }] of this.known) {
      const is = seen.has(uri) || document.isDirty;
      if (is === this.told.has(uri)) continue;
      if (is) this.told.add(uri);
      else this.told.delete(uri);
      due.push((is ? open : this.close)(document));
    }
    await Promise.all(due);
  }
}

const inSight: Sight = {
  uris() {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const shown = new Set(tabs.flatMap((tab) => urisOf(tab.input)));
    const notebooks = vscode.workspace.notebookDocuments.filter(({ uri }) => shown.has(uri.toString()));
    return new Set([
      ...shown,
      ...notebooks.flatMap((notebook) => notebook.getCells().map(({ document }) => document.uri.toString())),
      ...vscode.window.visibleTextEditors.map((editor) => editor.document.uri.toString()),
    ]);
  },
  onDidChange: (look) =>
    vscode.Disposable.from(
      vscode.window.tabGroups.onDidChangeTabs(look),
      vscode.workspace.onDidOpenNotebookDocument(look),
      vscode.window.onDidChangeVisibleTextEditors(look),
    ),
};

/** Every URI in the input of a tab. A diff has two, and a merge or multi-diff several. */
export function urisOf(input: unknown): string[] {
  if (typeof input !== "object" || input === null) return [];
  if ("scheme" in input && "fsPath" in input) return [(input as vscode.Uri).toString()];
  return Object.values(input).flatMap(urisOf);
}
