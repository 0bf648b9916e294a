/** Shows the report: in the browser, or in the editor if its file is on another machine. */
import * as vscode from "vscode";
import type { Session } from "../server/session";

/** Makes the page and shows it. Its charts need no script, so no script may run in it. */
export async function openReport(session: Session): Promise<void> {
  const far = vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
  const made = await session.request("tierwise/report/make", { demo: false, show: !far });
  if (made.shown) return;
  const uri = vscode.Uri.parse(made.uri, true);
  if (!far) {
    await vscode.env.openExternal(uri);
    return;
  }
  const page = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const title = vscode.l10n.t("Tierwise report");
  const panel = vscode.window.createWebviewPanel("tierwise.report", title, vscode.ViewColumn.Active, { enableScripts: false });
  panel.webview.html = page;
}
