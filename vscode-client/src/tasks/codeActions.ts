/** Adds a row to the server's code actions: how tiers are chosen, and how to pick another. */
import * as vscode from "vscode";

type Found = (vscode.Command | vscode.CodeAction)[];

/** Adds that row to a menu that the operator opened, if any of its actions starts a task. */
export function withChoice(found: Found | null | undefined, context: vscode.CodeActionContext): Found | null | undefined {
  const asked = context.triggerKind === vscode.CodeActionTriggerKind.Invoke && context.only === undefined;
  if (!asked || found?.some(startsTask) !== true) return found;
  const title = vscode.l10n.t("Tierwise: Cheapest likely to do. Pick a tier…");
  const row = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite.append("tierwise"));
  row.command = { command: "tierwise.ui.pin", title };
  return [...found, row];
}

function startsTask(action: vscode.Command | vscode.CodeAction): boolean {
  const { command } = action;
  return (typeof command === "string" ? command : command?.command) === "tierwise.task.start";
}
