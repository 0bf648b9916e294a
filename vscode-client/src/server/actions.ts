// Made by `make types` from the server's table of actions; edit that, not this file.
import * as vscode from "vscode";
import type { Action } from "./messages";

export interface ActionKind {
  /** The answer becomes an edit; else it is read in the panel, where it streams. */
  readonly edits: boolean;
  /** It means nothing without an instruction. */
  readonly needsWords: boolean;
  /** It is about a place in a document. */
  readonly onCode: boolean;
  /** Its answer is put at the cursor. */
  readonly atCursor: boolean;
  /** The problems of its lines go along. */
  readonly takesDiagnostics: boolean;
}

export const ACTIONS: Readonly<Record<Action, ActionKind>> = {
  chat: { edits: false, needsWords: true, onCode: false, atCursor: false, takesDiagnostics: false },
  edit: { edits: true, needsWords: true, onCode: true, atCursor: false, takesDiagnostics: false },
  explain: { edits: false, needsWords: false, onCode: true, atCursor: false, takesDiagnostics: false },
  fix: { edits: true, needsWords: false, onCode: true, atCursor: false, takesDiagnostics: true },
  document: { edits: true, needsWords: false, onCode: true, atCursor: false, takesDiagnostics: false },
  test: { edits: true, needsWords: false, onCode: true, atCursor: false, takesDiagnostics: false },
  refactor: { edits: true, needsWords: false, onCode: true, atCursor: false, takesDiagnostics: false },
  generate: { edits: true, needsWords: true, onCode: true, atCursor: true, takesDiagnostics: false },
  review: { edits: false, needsWords: false, onCode: true, atCursor: false, takesDiagnostics: false },
  commit: { edits: false, needsWords: false, onCode: false, atCursor: false, takesDiagnostics: false },
  agent: { edits: false, needsWords: true, onCode: false, atCursor: false, takesDiagnostics: false },
};

/** What each action that an editor asks for does, in the language of the editor. */
export function about(): Readonly<Partial<Record<Action, string>>> {
  return {
    chat: vscode.l10n.t("ask a question"),
    edit: vscode.l10n.t("change the selection, or the symbol at the cursor"),
    explain: vscode.l10n.t("explain the selection"),
    fix: vscode.l10n.t("fix the problems of the selection"),
    document: vscode.l10n.t("write documentation for the selection"),
    test: vscode.l10n.t("write tests for the selection"),
    refactor: vscode.l10n.t("restructure the selection, same behaviour"),
    generate: vscode.l10n.t("write code at the cursor"),
    review: vscode.l10n.t("review the selection, or the file"),
    commit: vscode.l10n.t("write a commit message"),
  };
}

/** What an action is called where it is not typed: as in the menu of code actions. */
export function actionName(action: Action): string {
  return {
    chat: vscode.l10n.t("Ask"),
    edit: vscode.l10n.t("Edit"),
    explain: vscode.l10n.t("Explain"),
    fix: vscode.l10n.t("Fix"),
    document: vscode.l10n.t("Add docs"),
    test: vscode.l10n.t("Write tests"),
    refactor: vscode.l10n.t("Refactor"),
    generate: vscode.l10n.t("Generate"),
    review: vscode.l10n.t("Review"),
    commit: vscode.l10n.t("Commit message"),
    agent: vscode.l10n.t("Agent turn"),
  }[action];
}
