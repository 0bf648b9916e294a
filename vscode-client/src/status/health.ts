/** Shows the server's health in the editor's language status. */
import * as vscode from "vscode";
import type { Session } from "../server/session";

export function showHealth(session: Session): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("tierwise.server", [
    { scheme: "file" },
    { scheme: "untitled" },
    { scheme: "vscode-notebook-cell" },
  ]);
  item.name = vscode.l10n.t("Tierwise server");
  const draw = (): void => {
    const { state, problem, version } = session.health;
    const { Error: error, Warning: warning, Information: fine } = vscode.LanguageStatusSeverity;
    item.busy = state === "starting" || state === "waiting";
    item.severity = state === "failed" ? error : state === "missing" || state === "waiting" ? warning : fine;
    item.text =
      state === "running"
        ? vscode.l10n.t("Tierwise {0}", version ?? "")
        : (problem ?? vscode.l10n.t("Tierwise: {0}", state));
    item.detail = state === "running" ? session.tiers.join(" < ") : undefined;
    item.command =
      state === "missing"
        ? { command: "tierwise.ui.chat", title: vscode.l10n.t("Set Up") }
        : state === "failed" || state === "stopped"
          ? { command: "tierwise.ui.restart", title: vscode.l10n.t("Restart") }
          : { command: "tierwise.ui.showLog", title: vscode.l10n.t("Show Log") };
  };
  draw();
  const heard = session.onDidChangeHealth(draw);
  return vscode.Disposable.from(item, heard);
}

/** Shows a message when the server fails, once for each time. */
export function tellHealth(session: Session, log: vscode.LogOutputChannel): vscode.Disposable {
  return session.onDidChangeHealth(({ state, problem = "" }) => {
    const showLog = vscode.l10n.t("Show Log");
    if (state === "waiting") {
      void vscode.window.showWarningMessage(`Tierwise: ${problem}`, showLog).then((picked) => {
        if (picked === showLog) log.show();
      });
    }
    if (state !== "failed") return;
    const restart = vscode.l10n.t("Restart");
    void vscode.window.showErrorMessage(`Tierwise: ${problem}`, restart, showLog).then((picked) => {
      if (picked === restart) void session.restart();
      if (picked === showLog) log.show();
    });
  });
}
