/** Both sides of a preview as virtual documents. The real file is never touched. */
import * as vscode from "vscode";

export const SCHEME = "tierwise-preview";

export type SideName = "before" | "after";

/** The parts of a side's URI: the proposal, the side, and the real document. */
export interface Side {
  readonly editId: string;
  readonly side: SideName;
  readonly of: string;
}

/** The URI of a side. It keeps the file's path, so that the editor knows the language. */
export function sideUri(path: string, side: Side): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path, query: JSON.stringify(side) });
}

/** Reads a side's URI; undefined if the URI is none. */
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

  /** Forgets the texts of a proposal. */
  drop(editId: string): void {
    for (const key of [...this.texts.keys()]) {
      if (sideOf(vscode.Uri.parse(key))?.editId === editId) this.texts.delete(key);
    }
  }
}
