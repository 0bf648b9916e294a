/** Both sides of a preview as documents that exist only here: the real file is never touched. */
import * as vscode from "vscode";

export const SCHEME = "tierwise-preview";

export type SideName = "before" | "after";

/** What a side's address says: the proposal, the side, and the document it is of. */
export interface Side {
  readonly editId: string;
  readonly side: SideName;
  readonly of: string;
}

/** The address of a side; it keeps the file's path, so that the editor knows the language. */
export function sideUri(path: string, side: Side): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path, query: JSON.stringify(side) });
}

/** What a document is a side of, or undefined where it is none. */
export function sideOf(uri: vscode.Uri): Side | undefined {
  if (uri.scheme !== SCHEME) return undefined;
  try {
    return JSON.parse(uri.query) as Side;
  } catch {
    return undefined;
  }
}

export class Sides implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registered: vscode.Disposable;
  readonly onDidChange = this.changed.event;

  constructor() {
    this.registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  dispose(): void {
    this.registered.dispose();
    this.changed.dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  put(uri: vscode.Uri, text: string): void {
    const key = uri.toString();
    if (this.texts.get(key) === text) return;
    this.texts.set(key, text);
    this.changed.fire(uri);
  }

  /** Forget a proposal's texts. */
  drop(editId: string): void {
    for (const key of [...this.texts.keys()]) {
      if (sideOf(vscode.Uri.parse(key))?.editId === editId) this.texts.delete(key);
    }
  }
}
