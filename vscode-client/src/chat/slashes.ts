/** Slash commands: one per action, read from the head of a message. */
import * as vscode from "vscode";
import type { Slash } from "../panel/protocol";
import type { Action } from "../server/messages";

/** Actions that answer with an edit; their text is not worth showing while it streams. */
export const EDITING: ReadonlySet<Action> = new Set<Action>([
  "edit", "fix", "document", "test", "refactor", "generate",
]);

/** The commands as the prompt completes them. */
export function slashes(): Slash[] {
  return [
    { name: "edit", detail: vscode.l10n.t("change the selection as you say") },
    { name: "explain", detail: vscode.l10n.t("explain the selection") },
    { name: "fix", detail: vscode.l10n.t("fix what is wrong in the selection") },
    { name: "document", detail: vscode.l10n.t("write documentation for the selection") },
    { name: "test", detail: vscode.l10n.t("write tests for the selection") },
    { name: "refactor", detail: vscode.l10n.t("restructure the selection, same behaviour") },
    { name: "generate", detail: vscode.l10n.t("write code at the cursor") },
    { name: "review", detail: vscode.l10n.t("review the selection or the file") },
    { name: "commit", detail: vscode.l10n.t("write a commit message") },
  ];
}

export interface Asked {
  readonly action: Action;
  readonly instruction: string;
}

/** What a message asks for. A slash that names no action is text like any other. */
export function read(text: string, known: readonly Slash[]): Asked {
  const found = /^\/(\w+)(?:\s+([\s\S]*))?$/.exec(text);
  const slash = known.find(({ name }) => name === found?.[1]);
  if (slash === undefined) return { action: "chat", instruction: text };
  return { action: slash.name, instruction: found?.[2]?.trim() ?? "" };
}
