/** Rows more under the server's code actions: why these tiers, another one, and the end of rehearsal. */
import * as vscode from "vscode";
import type { TaskStart } from "../server/messages";

type Found = (vscode.Command | vscode.CodeAction)[];

/** A row of the menu that starts a task: what it is called, and what it asks for. */
export interface MenuRow {
  readonly title: string;
  readonly params: TaskStart;
}

/** The actions of a menu that was asked for. Rows about all those that start a task end it. */
export function withChoice(
  found: Found | null | undefined,
  context: vscode.CodeActionContext,
  rehearses = false,
): Found | null | undefined {
  const asked = context.triggerKind === vscode.CodeActionTriggerKind.Invoke && context.only === undefined;
  const rows = asked ? (found ?? []).flatMap(started) : [];
  if (rows.length === 0) return found;
  return [
    ...(found ?? []),
    own(vscode.l10n.t("Tierwise: Cheapest tier likely to do. Why?"), "tierwise.ui.whyThese", rows),
    own(vscode.l10n.t("Tierwise: Another tier for one of these…"), "tierwise.ui.anotherTier", rows),
    ...(rehearses
      ? [own(vscode.l10n.t("Tierwise: Leave rehearsal (made-up answers)"), "tierwise.ui.leaveRehearsal")]
      : []),
  ];
}

function own(title: string, command: string, ...given: unknown[]): vscode.CodeAction {
  const row = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite.append("tierwise"));
  row.command = { command, title, arguments: given };
  return row;
}

/** What a row starts; one that cannot be chosen starts nothing. */
function started(action: vscode.Command | vscode.CodeAction): MenuRow[] {
  const command = typeof action.command === "string" ? (action as vscode.Command) : action.command;
  if (command?.command !== "tierwise.task.start" || ("disabled" in action && action.disabled !== undefined)) return [];
  const [params] = (command.arguments ?? []) as [TaskStart?];
  return params === undefined ? [] : [{ title: action.title.replace(/^Tierwise: /, ""), params }];
}
