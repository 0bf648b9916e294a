/** Shows why a tier answers: the server's page as a rendered document, with details folded. */
import * as vscode from "vscode";
import type { Explained } from "../server/messages";

export const WHY = "tierwise-why";

/** The page as markdown. A line unfolds everything that was measured. */
export function why({ page = "", rest = "", shown }: Pick<Explained, "page" | "rest" | "shown">): string {
  const head = page === "" ? `**${shown.sentence}**\n` : page;
  return rest === "" ? head : `${head}\n<details><summary>…</summary>\n\n${rest}\n</details>\n`;
}

/** Shows decisions as documents. They have no text of the operator's. */
export class WhyDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly registered = vscode.workspace.registerTextDocumentContentProvider(WHY, this);

  dispose(): void {
    this.registered.dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? "";
  }

  async show(taskId: string, decision: Explained): Promise<void> {
    const uri = vscode.Uri.from({ scheme: WHY, path: `/${vscode.l10n.t("why")} ${decision.answering} ${taskId}.md` });
    this.texts.set(uri.path, why(decision));
    await vscode.commands.executeCommand("markdown.showPreview", uri);
  }
}
