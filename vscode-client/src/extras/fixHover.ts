/** "Fix with Tierwise" in the hover of a problem. */
import * as vscode from "vscode";

/** Offers to fix the problems under the mouse, with the problems themselves selected. */
export class FixHover implements vscode.HoverProvider, vscode.Disposable {
  private readonly registered = vscode.languages.registerHoverProvider(
    [{ scheme: "file" }, { scheme: "untitled" }, { scheme: "vscode-notebook-cell" }],
    this,
  );

  dispose(): void {
    this.registered.dispose();
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const found = vscode.languages.getDiagnostics(document.uri).find(({ range }) => range.contains(position));
    if (found === undefined) return undefined;
    const { start, end } = found.range;
    const args = [document.uri.toString(), start.line, start.character, end.line, end.character];
    const link = new vscode.MarkdownString(
      `$(wand) [${vscode.l10n.t("Fix with Tierwise")}](command:tierwise.ui.fixAt?${encodeURIComponent(JSON.stringify(args))})`,
      true,
    );
    link.isTrusted = { enabledCommands: ["tierwise.ui.fixAt"] };
    return new vscode.Hover(link, found.range);
  }
}
