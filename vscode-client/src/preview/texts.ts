/** Pure functions: the text that a proposal makes, and where its hunks are before and after. */
import { TextDocument } from "vscode-languageserver-textdocument";
import type { CreateFile, DeleteFile, RenameFile, TextDocumentEdit, TextEdit } from "vscode-languageserver-protocol";
import type { EditGot, Hunk } from "../server/messages";

/** One hunk in the texts of both sides. Lines count from 0; `end` is the first line after it. */
export interface Place {
  readonly id: string;
  readonly before: { readonly start: number; readonly end: number };
  readonly after: { readonly start: number; readonly end: number };
}

/** The change of one file. */
export interface FileChange {
  readonly uri: string;
  /** The URI of the file after the change; undefined if it is deleted. */
  readonly toUri: string | undefined;
  readonly edits: readonly TextEdit[];
  readonly created: boolean;
}

type Change = TextDocumentEdit | CreateFile | RenameFile | DeleteFile;

/** The changes of a workspace edit, one per file, in its order. */
export function filesOf(edit: EditGot["edit"]): FileChange[] {
  const files = new Map<string, FileChange>();
  const put = (uri: string, changes: Partial<FileChange>): void => {
    const known = files.get(uri) ?? { uri, toUri: uri, edits: [], created: false };
    files.set(uri, { ...known, ...changes });
  };
  const renamed = new Map<string, string>();
  for (const change of (edit.documentChanges ?? []) as Change[]) {
    if (!("kind" in change)) {
      const uri = renamed.get(change.textDocument.uri) ?? change.textDocument.uri;
      const edits = change.edits as TextEdit[];
      put(uri, { edits: [...(files.get(uri)?.edits ?? []), ...edits] });
    } else if (change.kind === "create") {
      put(change.uri, { created: true });
    } else if (change.kind === "delete") {
      put(change.uri, { toUri: undefined });
    } else {
      put(change.oldUri, { toUri: change.newUri });
      renamed.set(change.newUri, change.oldUri);
    }
  }
  for (const [uri, edits] of Object.entries(edit.changes ?? {})) put(uri, { edits });
  return [...files.values()];
}

/** Applies edits to a text as an editor would. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create("", "", 0, text), [...edits]);
}

/** Where the pending hunks of one file are, in order. Settled hunks are not in the texts. */
export function places(hunks: readonly Hunk[], uri: string): Place[] {
  const own = hunks
    .filter((hunk) => hunk.uri === uri && hunk.kind === "text" && hunk.state === "pending" && hunk.range)
    .sort((a, b) => line(a) - line(b));
  let shift = 0;
  return own.map((hunk) => {
    const start = line(hunk);
    const end = endLine(hunk);
    const text = hunk.newText ?? "";
    const added = text === "" ? 0 : text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
    const place: Place = {
      id: hunk.id,
      before: { start, end },
      after: { start: start + shift, end: start + shift + added },
    };
    shift += added - (end - start);
    return place;
  });
}

/** The hunk at a line of a side, else the nearest one; undefined if there is none. */
export function nearest(found: readonly Place[], side: "before" | "after", at: number): Place | undefined {
  const distance = (place: Place): number => {
    const { start, end } = place[side];
    return at < start ? start - at : at >= Math.max(end, start + 1) ? at - end + 1 : 0;
  };
  return [...found].sort((a, b) => distance(a) - distance(b))[0];
}

/** The first line of the next or previous hunk. After the last hunk comes the first. */
export function beside(
  found: readonly Place[],
  side: "before" | "after",
  at: number,
  step: 1 | -1,
): number | undefined {
  const starts = found.map((place) => place[side].start);
  const next =
    step === 1 ? starts.find((start) => start > at) : starts.filter((start) => start < at).at(-1);
  return next ?? (step === 1 ? starts[0] : starts.at(-1));
}

function line(hunk: Hunk): number {
  return hunk.range?.start.line ?? 0;
}

/** The first line after a hunk. A hunk that ends within a line includes that line. */
function endLine(hunk: Hunk): number {
  const end = hunk.range?.end;
  return end === undefined ? 0 : end.line + (end.character > 0 ? 1 : 0);
}

/** The most characters of the line that is shown while an answer is written. */
const SHOWN = 60;

/** The last line of a new text that the old one does not have: the line being written now. */
export function written(before: string, after: string): string {
  const old = new Set(before.split("\n").map((text) => text.trim()));
  const added = after.split("\n").map((text) => text.trim()).filter((text) => text !== "" && !old.has(text));
  const text = added.at(-1) ?? "";
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
