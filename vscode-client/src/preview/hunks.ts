/** Hunks one by one: lenses above each, and commands on the one under the cursor. */
import * as vscode from "vscode";
import type { Board } from "../tasks/board";
import { iconed } from "../tasks/lens";
import type { Preview } from "./preview";
import { sideOf, SCHEME, type SideName } from "./sides";
import { beside, nearest } from "./texts";

/** The proposal a cursor is in, and on which side of which document. */
export interface Spot {
  readonly editId: string;
  readonly side: SideName;
  readonly uri: string;
  readonly line: number;
}

/** Where the cursor of an editor is in a proposal: in its preview, or in the file it is for. */
export function spotOf(editor: vscode.TextEditor, preview: Preview, board: Board): Spot | undefined {
  const { document, selection } = editor;
  const line = selection.active.line;
  const side = sideOf(document.uri);
  if (side !== undefined) return { editId: side.editId, side: side.side, uri: side.of, line };
  const uri = document.uri.toString();
  const editId = preview.at(uri)[0]?.editId ?? board.pending(uri, line)?.editId;
  return editId === undefined ? undefined : { editId, side: "before", uri, line };
}

/** The hunk under the cursor, else the nearest one. */
export function hunkAt(spot: Spot, preview: Preview): string | undefined {
  return nearest(preview.places(spot.editId, spot.uri), spot.side, spot.line)?.id;
}

/** Put the cursor on the next or the previous hunk of the proposal it is in. */
export function goTo(step: 1 | -1, editor: vscode.TextEditor, spot: Spot, preview: Preview): void {
  const line = beside(preview.places(spot.editId, spot.uri), spot.side, spot.line, step);
  if (line === undefined) return;
  const at = new vscode.Position(Math.min(line, editor.document.lineCount - 1), 0);
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Lenses above each hunk of a proposal that has several. */
export class HunkLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly registered: vscode.Disposable;
  readonly onDidChangeCodeLenses: vscode.Event<void>;

  constructor(private readonly preview: Preview) {
    this.onDidChangeCodeLenses = preview.onDidChange;
    this.registered = vscode.languages.registerCodeLensProvider(
      [{ scheme: "file" }, { scheme: "untitled" }, { scheme: SCHEME }],
      this,
    );
  }

  dispose(): void {
    this.registered.dispose();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const side = sideOf(document.uri);
    // One pair of lenses a hunk: beside what it would become.
    if (side?.side === "before") return [];
    const uri = side?.of ?? document.uri.toString();
    const editIds = side === undefined ? this.preview.at(uri).map(({ editId }) => editId) : [side.editId];
    return editIds.flatMap((editId) => {
      const places = this.preview.places(editId, uri);
      const many = (this.preview.get(editId)?.got.hunks.filter(({ state }) => state === "pending").length ?? 0) > 1;
      if (!many) return [];
      return places.flatMap((place) => {
        const line = Math.min(place[side?.side ?? "before"].start, document.lineCount - 1);
        const at = new vscode.Range(line, 0, line, 0);
        const argument = { editId, hunks: [place.id] };
        return [
          new vscode.CodeLens(at, {
            title: iconed("check", vscode.l10n.t("Apply Hunk")),
            command: "tierwise.edit.apply",
            arguments: [argument],
          }),
          new vscode.CodeLens(at, {
            title: iconed("close", vscode.l10n.t("Discard Hunk")),
            command: "tierwise.edit.discard",
            arguments: [argument],
          }),
        ];
      });
    });
  }
}
