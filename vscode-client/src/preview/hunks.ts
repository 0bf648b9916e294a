/** Single hunks of a proposal: lenses above each, and commands for the one under the cursor. */
import * as vscode from "vscode";
import type { Board } from "../tasks/board";
import { iconed } from "../tasks/lens";
import type { Preview } from "./preview";
import { sideOf, SCHEME, type Side, type SideName } from "./sides";
import { beside, nearest, type Place } from "./texts";

/** A line in a proposal, and on which side of the diff of which document it is. */
export interface Spot {
  readonly editId: string;
  readonly side: SideName;
  readonly uri: string;
  readonly line: number;
}

/** Where the editor's cursor is in a proposal, either in its preview or in the real file. */
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

/** Moves the cursor to the next or previous hunk of its proposal. */
export function goTo(step: 1 | -1, editor: vscode.TextEditor, spot: Spot, preview: Preview): void {
  const line = beside(preview.places(spot.editId, spot.uri), spot.side, spot.line, step);
  if (line === undefined) return;
  const at = new vscode.Position(Math.min(line, editor.document.lineCount - 1), 0);
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Lenses above each hunk of a proposal, and a heading above the first. */
export class HunkLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly registered: vscode.Disposable;
  readonly onDidChangeCodeLenses: vscode.Event<void>;

  constructor(private readonly preview: Preview) {
    this.onDidChangeCodeLenses = preview.onDidChange;
    this.registered = vscode.languages.registerCodeLensProvider(
      [{ scheme: "file" }, { scheme: "untitled" }, { scheme: "vscode-notebook-cell" }, { scheme: SCHEME }],
      this,
    );
  }

  dispose(): void {
    this.registered.dispose();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const side = sideOf(document.uri);
    // Each hunk has only one pair of lenses, on the side that shows its new text.
    if (side?.side === "before") return [];
    const uri = side?.of ?? document.uri.toString();
    const editIds = side === undefined ? this.preview.at(uri).map(({ editId }) => editId) : [side.editId];
    return editIds.flatMap((editId) => {
      const pending = this.preview.get(editId)?.got.hunks.filter(({ state }) => state === "pending").length ?? 0;
      const places = this.preview.places(editId, uri);
      const first = places[0];
      // In the real file the server's own lenses already offer to apply or discard all of it.
      const own = side === undefined && pending < 2 ? [] : places.flatMap((place) => pair(document, place, side, editId, pending));
      if (side === undefined || first === undefined || this.preview.get(editId)?.files[0]?.uri !== uri) return own;
      const head = this.head(document, first, editId, pending);
      // If both are on one line, the hunk's own pair comes first, so that it is never cut off.
      return head[0]?.range.start.line === own[0]?.range.start.line ? [...own, ...head] : [...head, ...own];
    });
  }

  /** The heading of a diff: who answered and why. With several hunks it can also apply them all. */
  private head(document: vscode.TextDocument, first: Place, editId: string, pending: number): vscode.CodeLens[] {
    const at = lineOf(document, first.after.start - ABOVE);
    const lens = (icon: string, title: string, command: string): vscode.CodeLens =>
      new vscode.CodeLens(at, { title: iconed(icon, title), command, arguments: [{ editId }] });
    const why = lens("circuit-board", this.preview.heading(editId), "tierwise.ui.why");
    return pending < 2 ? [why] : [
      lens("check-all", vscode.l10n.t("Apply all {0}", pending), "tierwise.edit.apply"),
      lens("close", vscode.l10n.t("Discard all {0}", pending), "tierwise.edit.discard"),
      why,
    ];
  }
}

/** How many lines above the first hunk the heading stands. Editors still show these lines. */
const ABOVE = 2;

/** "Apply" and "Discard" above one hunk. With several hunks they say "this hunk". */
function pair(
  document: vscode.TextDocument,
  place: Place,
  side: Side | undefined,
  editId: string,
  pending: number,
): vscode.CodeLens[] {
  const at = lineOf(document, place[side?.side ?? "before"].start);
  const argument = { editId, hunks: [place.id] };
  const many = pending > 1;
  return [
    new vscode.CodeLens(at, {
      title: iconed("check", many ? vscode.l10n.t("Apply this hunk") : vscode.l10n.t("Apply")),
      command: "tierwise.edit.apply",
      arguments: [argument],
    }),
    new vscode.CodeLens(at, {
      title: iconed("close", many ? vscode.l10n.t("Discard this hunk") : vscode.l10n.t("Discard")),
      command: "tierwise.edit.discard",
      arguments: [argument],
    }),
  ];
}

function lineOf(document: vscode.TextDocument, line: number): vscode.Range {
  const within = Math.max(0, Math.min(line, document.lineCount - 1));
  return new vscode.Range(within, 0, within, 0);
}
