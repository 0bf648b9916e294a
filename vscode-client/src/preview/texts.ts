/** What a proposal makes of a text, and where its hunks lie before and after. Pure. */
import { TextDocument } from "vscode-languageserver-textdocument";
import type { CreateFile, DeleteFile, RenameFile, TextDocumentEdit, TextEdit } from "vscode-languageserver-protocol";
import type { EditGot, Hunk } from "../server/messages";

/** One hunk in the texts of both sides; lines count from 0 and `end` is the first line after it. */
export interface Place {
  readonly id: string;
  readonly before: { readonly start: number; readonly end: number };
  readonly after: { readonly start: number; readonly end: number };
}

/** What becomes of one file. */
export interface FileChange {
  readonly uri: string;
  /** Where the file is afterwards; undefined when it is deleted. */
  readonly toUri: string | undefined;
  readonly edits: readonly TextEdit[];
  readonly created: boolean;
}

type Change = TextDocumentEdit | CreateFile | RenameFile | DeleteFile;

/** The files of a workspace edit, in its order. */
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

/** A text with edits made, as an editor makes them. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create("", "", 0, text), [...edits]);
}

/** Where the hunks of one file lie, in order; those that are settled are not in the texts. */
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

/** The hunk a line of a side lies in, else the nearest one; undefined where there is none. */
export function nearest(found: readonly Place[], side: "before" | "after", at: number): Place | undefined {
  const distance = (place: Place): number => {
    const { start, end } = place[side];
    return at < start ? start - at : at >= Math.max(end, start + 1) ? at - end + 1 : 0;
  };
  return [...found].sort((a, b) => distance(a) - distance(b))[0];
}

/** The first line of the next or previous hunk from a line, going round at the end. */
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

/** A hunk that ends within a line holds that line. */
function endLine(hunk: Hunk): number {
  const end = hunk.range?.end;
  return end === undefined ? 0 : end.line + (end.character > 0 ? 1 : 0);
}

/** Characters of a line that is shown in passing. */
const SHOWN = 60;

/** The last line of a new text that the old one does not have: where an answer is at. */
export function written(before: string, after: string): string {
  const old = new Set(before.split("\n").map((text) => text.trim()));
  const added = after.split("\n").map((text) => text.trim()).filter((text) => text !== "" && !old.has(text));
  const text = added.at(-1) ?? "";
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
