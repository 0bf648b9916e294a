/** The page of the report: in the browser, or in the editor where its file lies on another machine. */
import * as vscode from "vscode";
import type { Session } from "../server/session";

/** Makes the page and shows it. Its drawings need no script, so none may run. */
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
