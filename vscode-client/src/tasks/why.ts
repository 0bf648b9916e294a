/** Why a tier answers: the decision as a document that is read, not rendered. */
import * as vscode from "vscode";
import type { Explained } from "../server/messages";
import { amount, percent, tierName } from "./words";

export const WHY = "tierwise-why";

export function why(decision: Explained): string {
  const rows = Object.keys(decision.estimate).map((tier) => {
    const share = (table: Record<string, number>): string => percent(table[tier] ?? 0).padStart(6);
    const cost = decision.costUsd[tier];
    const mark = tier === decision.answering ? "answers" : tier === decision.routed ? "routed" : "";
    return [
      tierName(tier).padEnd(10),
      share(decision.estimate),
      share(decision.lower),
      share(decision.accept),
      (cost === undefined ? "" : amount(cost)).padStart(8),
      `  ${mark}`,
    ]
      .join("  ")
      .trimEnd();
  });
  const signals = Object.entries(decision.signals)
    .filter(([, value]) => value !== null && value !== 0)
    .map(([name, value]) => `  ${name.padEnd(28)} ${value ?? ""}`);
  return [
    decision.headline,
    "",
    ...decision.reasons.map((reason) => `- ${reason}`),
    ...(decision.cheaper === undefined ? [] : [`- cheaper with: ${decision.cheaper}`]),
    ...(decision.dearer === undefined ? [] : [`- dearer with: ${decision.dearer}`]),
    "",
    `${"tier".padEnd(10)}   enough   bound    kept     cost`,
    ...rows,
    "",
    "signals",
    ...signals,
    "",
  ].join("\n");
}

/** Shows decisions; their documents hold no text of the operator's. */
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
    const uri = vscode.Uri.from({ scheme: WHY, path: `/${vscode.l10n.t("why")} ${decision.answering} ${taskId}.txt` });
    this.texts.set(uri.path, why(decision));
    await vscode.window.showTextDocument(uri, { preview: true });
  }
}
