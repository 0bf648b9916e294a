/** Inserts, copies and follows parts of an answer. The router learns from these outcomes. */
import * as vscode from "vscode";
import type { Session } from "../server/session";

export async function copy(session: Session, taskId: string, text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  session.notify("tierwise/outcome/record", { taskId, kind: "copied", value: text.length });
}

/** Inserts text at the cursor of the active editor. False if there is no active editor. */
export async function insert(session: Session, taskId: string, text: string): Promise<boolean> {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  if (editor === undefined) return false;
  const done = await editor.edit((edit) => {
    for (const selection of editor.selections) edit.replace(selection, text);
  });
  if (done) {
    session.notify("tierwise/outcome/record", { taskId, kind: "inserted", value: text.length });
    await vscode.window.showTextDocument(editor.document, editor.viewColumn);
  }
  return done;
}

/** Follows a link in an answer: web pages in the browser, paths in the editor, nothing else. */
export async function follow(address: string): Promise<void> {
  if (/^(https?:\/\/|mailto:)/i.test(address)) {
    await vscode.env.openExternal(vscode.Uri.parse(address, true));
    return;
  }
  const found = /^([\w.@-]+(?:\/[\w.@-]+)*)(?:#L(\d+))?$/.exec(address);
  const path = found?.[1];
  if (path === undefined || path.includes("..")) return;
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const uri = vscode.Uri.joinPath(folder.uri, path);
    try {
      await vscode.workspace.fs.stat(uri);
    } catch {
      continue;
    }
    const line = Math.max(0, Number(found?.[2] ?? 1) - 1);
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(line, 0, line, 0) });
    return;
  }
}
