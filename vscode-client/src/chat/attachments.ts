/** Finds, offers and names the files and selections that the operator can attach to a message. */
import * as vscode from "vscode";
import type { Chip, Completion } from "../panel/protocol";
import type { WireRange } from "../server/messages";

/** The most files that are searched for a completion, and the most that are offered in it. */
const MOST = 4000;
const OFFERED = 12;
const LEFT_OUT = new Set(["node_modules", "dist", "out", "build", "target", "__pycache__"]);

/** The selection in the active editor, if there is one. */
export function selected(): Chip | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || editor.selection.isEmpty || !isAttachable(editor.document.uri)) return undefined;
  return selectionChip(editor.document.uri, editor.selection);
}

/** The cursor of the active editor: an action without a selection works there. */
export function cursor(): Chip | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor === undefined || !isAttachable(editor.document.uri)
    ? undefined
    : selectionChip(editor.document.uri, editor.selection);
}

export function fileChip(uri: vscode.Uri): Chip {
  return { kind: "file", uri: uri.toString(), label: vscode.workspace.asRelativePath(uri) };
}

/** Lets the operator choose files, inside or outside the workspace. */
export async function chooseFiles(): Promise<Chip[]> {
  const items = (await files()).map((uri) => ({
    label: vscode.workspace.asRelativePath(uri),
    uri,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t("Attach files"),
    placeHolder: vscode.l10n.t("Files that go with the next message"),
  });
  return (picked ?? []).map(({ uri }) => fileChip(uri));
}

/** The completions for an `@`: tiers if it is the first word, and files whose path has the text. */
export async function complete(query: string, tiers: readonly string[]): Promise<Completion[]> {
  const wanted = query.slice(1).toLowerCase();
  const named = tiers
    .filter((tier) => tier.startsWith(wanted))
    .map((tier) => ({ label: `@${tier}`, detail: vscode.l10n.t("answers this message") }));
  if ("project".startsWith(wanted)) {
    named.push({ label: "@project", detail: vscode.l10n.t("outlines and definitions of the project") });
  }
  const chips = (await files()).map(fileChip);
  const ranked = chips
    .map((chip) => ({ chip, rank: rank(chip.label.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank || a.chip.label.length - b.chip.label.length)
    .slice(0, OFFERED);
  return [...named, ...ranked.map(({ chip }) => toCompletion(chip))];
}

function toCompletion(chip: Chip): Completion {
  const slash = chip.label.lastIndexOf("/");
  return { label: chip.label.slice(slash + 1), detail: chip.label.slice(0, Math.max(0, slash)), chip };
}

/** 0 if the file name begins with `wanted`, 1 if the name contains it, 2 if only the path does. */
function rank(path: string, wanted: string): number {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.startsWith(wanted)) return 0;
  if (name.includes(wanted)) return 1;
  return path.includes(wanted) ? 2 : 3;
}

/** Open documents first, then the files of the workspace that the editor's own search shows. */
async function files(): Promise<vscode.Uri[]> {
  const open = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .map((tab) => (tab.input instanceof vscode.TabInputText ? tab.input.uri : undefined))
    .filter((uri) => uri !== undefined && isAttachable(uri)) as vscode.Uri[];
  const found = await search();
  const known = new Set<string>();
  return [...open, ...found].filter((uri) => {
    const fresh = !known.has(uri.toString());
    known.add(uri.toString());
    return fresh;
  });
}

async function search(): Promise<vscode.Uri[]> {
  try {
    const found = await vscode.workspace.findFiles("**/*", "**/{node_modules,.git}/**", MOST);
    if (found.length > 0) return found;
  } catch {
    // Without the editor's search program the folders are read directly.
  }
  return walk((vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri));
}

async function walk(folders: vscode.Uri[]): Promise<vscode.Uri[]> {
  const found: vscode.Uri[] = [];
  for (let folder = folders.shift(); folder !== undefined && found.length < MOST; folder = folders.shift()) {
    for (const [name, kind] of await vscode.workspace.fs.readDirectory(folder)) {
      if (name.startsWith(".") || LEFT_OUT.has(name)) continue;
      const uri = vscode.Uri.joinPath(folder, name);
      if (kind === vscode.FileType.Directory) folders.push(uri);
      else found.push(uri);
    }
  }
  return found;
}

function isAttachable(uri: vscode.Uri): boolean {
  return uri.scheme === "file" || uri.scheme === "untitled" || uri.scheme === "vscode-notebook-cell";
}

export function selectionChip(uri: vscode.Uri, selection: WireRange): Chip {
  const last = selection.end.character === 0 && selection.end.line > selection.start.line
    ? selection.end.line : selection.end.line + 1;
  const lines = selection.start.line + 1 === last ? `${last}` : `${selection.start.line + 1}–${last}`;
  return {
    kind: "selection",
    uri: uri.toString(),
    label: `${vscode.workspace.asRelativePath(uri)}:${lines}`,
    range: toWire(selection),
  };
}

function toWire(range: WireRange): WireRange {
  return {
    start: { line: range.start.line, character: range.start.character },
    end: { line: range.end.line, character: range.end.character },
  };
}
