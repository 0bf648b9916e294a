/** Shows an error in the server's sentence, with buttons for what the operator can do. */
import * as vscode from "vscode";
import type { Problem } from "../server/messages";

/** Makes a problem from the error of a rejected request. */
export function problemOf(error: unknown): Problem {
  const data = (error as { data?: { name?: unknown } } | null)?.data;
  return {
    name: typeof data?.name === "string" ? data.name : "Error",
    message: error instanceof Error ? error.message : String(error),
  };
}

export interface WaysOn {
  readonly setKey: () => Promise<unknown>;
  readonly log: vscode.LogOutputChannel;
  /** Redoes the task, for a proposal whose file changed. */
  readonly rerun?: () => Promise<unknown>;
  readonly discard?: () => Promise<unknown>;
}

interface Way {
  readonly title: string;
  readonly go: () => unknown;
}

/** Shows a problem, and runs the button that the operator picks. */
export async function tell(problem: Problem, ways: WaysOn): Promise<void> {
  const offered = waysOn(problem.name, ways);
  const show =
    problem.name === "NotConfigured" || problem.name === "DocumentChanged" || problem.name === "Untrusted"
      ? vscode.window.showWarningMessage
      : vscode.window.showErrorMessage;
  const { message } = problem;
  const text = message.startsWith("Tierwise") ? message : `Tierwise: ${message}`;
  const picked = await show(text, ...offered.map(({ title }) => title));
  await offered.find(({ title }) => title === picked)?.go();
}

function waysOn(name: string, ways: WaysOn): readonly Way[] {
  const command = (title: string, id: string): Way => ({
    title,
    go: () => vscode.commands.executeCommand(id),
  });
  switch (name) {
    case "NotConfigured":
      return [
        { title: vscode.l10n.t("Set Key"), go: ways.setKey },
        command(vscode.l10n.t("Try Rehearsal"), "tierwise.ui.rehearse"),
      ];
    case "DocumentChanged":
      return [
        ...(ways.rerun ? [{ title: vscode.l10n.t("Redo"), go: ways.rerun }] : []),
        ...(ways.discard ? [{ title: vscode.l10n.t("Discard"), go: ways.discard }] : []),
      ];
    case "Untrusted":
      return [command(vscode.l10n.t("Manage Trust"), "workbench.trust.manage")];
    case "BudgetPaused":
      return [command(vscode.l10n.t("Budget…"), "tierwise.ui.budget")];
    default:
      return [{ title: vscode.l10n.t("Show Log"), go: () => { ways.log.show(); } }];
  }
}
