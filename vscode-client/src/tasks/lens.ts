/** Gives the server's lenses icons, and handles some of their commands in this client. */
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import type { EditId, TaskStart } from "../server/messages";
import { withChoice } from "./codeActions";

const ICONS: Readonly<Record<string, string>> = {
  "tierwise.edit.apply": "check-all",
  "tierwise.edit.discard": "close",
  "tierwise.edit.showDiff": "diff",
  "tierwise.edit.undo": "history",
  "tierwise.task.cancel": "debug-stop",
  "tierwise.task.rerunOn": "refresh",
  "tierwise.budget.resume": "debug-continue",
};

/** The handlers for commands of lenses and code actions. */
export interface CommandUse {
  start(params: TaskStart): Promise<unknown>;
  showDiff(editId: string): Promise<unknown>;
  /** Runs an apply or undo, and shows the reason if it fails. */
  resolve(command: string, argument: EditId, next: () => Promise<unknown>): Promise<unknown>;
  /** Whether answers are made up, by the operator's choice. */
  rehearses(): boolean;
  /** Runs any other command, which the server does by itself. */
  run(next: () => Promise<unknown>): Promise<unknown>;
}

export function lensMiddleware(use: CommandUse): Middleware {
  return {
    async provideCodeLenses(document, token, next) {
      const lenses = await next(document, token);
      return lenses?.map(withIcon);
    },
    async provideCodeActions(document, range, context, token, next) {
      return withChoice(await next(document, range, context, token), context, use.rehearses());
    },
    executeCommand(command, args: unknown[], next) {
      const [argument] = args;
      const go = (): Promise<unknown> => Promise.resolve(next(command, args));
      switch (command) {
        case "tierwise.task.start":
          return use.start(argument as TaskStart);
        case "tierwise.edit.showDiff":
          return use.showDiff((argument as EditId).editId);
        case "tierwise.edit.apply":
        case "tierwise.edit.discard":
        case "tierwise.edit.undo":
          return use.resolve(command, argument as EditId, go);
        default:
          return use.run(go);
      }
    },
  };
}

/** Puts an icon before a lens's title. The editor would drop a plain space between the two. */
export function iconed(icon: string, title: string): string {
  return `$(${icon})\u00a0${title}`;
}

/** Adds an icon to a lens. The first lens of a task has no command, and here it opens "why". */
function withIcon(lens: vscode.CodeLens): vscode.CodeLens {
  const command = lens.command;
  if (command === undefined) return lens;
  const head = command.command === "";
  const icon = head ? "circuit-board" : ICONS[command.command];
  if (icon === undefined) return lens;
  const title = iconed(icon, command.title);
  return new vscode.CodeLens(lens.range, head ? { title, command: "tierwise.ui.why" } : { ...command, title });
}
