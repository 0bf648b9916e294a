/** Starting tasks from the editor: what is asked for, with what it is asked on. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { ACTIONS } from "../server/actions";
import type { Action, DiagnosticItem, TaskStart, WireRange } from "../server/messages";
import type { Session } from "../server/session";
import type { SetUp } from "../setup/setup";
import { askInstruction } from "./prompt";
import { problemOf } from "./trouble";

const SEVERITIES = ["error", "warning", "information", "hint"] as const;

export class Tasks {
  private readonly ours = new Map<string, TaskStart>();

  constructor(
    private readonly session: Session,
    private readonly setUp: SetUp,
    private readonly options: {
      failed(error: unknown): void;
      /** Starts what is answered in words, where its answer can be read. */
      read(params: TaskStart): Promise<void>;
    },
  ) {}

  /** Whether a task was started from the editor, and not from the panel. */
  isOurs(taskId: string): boolean {
    return this.ours.has(taskId);
  }

  /** What a task of ours was asked for. */
  asked(taskId: string): TaskStart | undefined {
    return this.ours.get(taskId);
  }

  /**
   * Start what a code action or a lens names; asks for the instruction where it takes one. What is
   * not set up yet is said before that.
   */
  async begin(params: TaskStart): Promise<string | undefined> {
    if (!(await this.setUp.ready())) return undefined;
    const given = { ...params, taskId: params.taskId ?? randomUUID().slice(0, 12) };
    if (ACTIONS[params.action].needsWords && (params.instruction ?? "") === "") {
      const instruction = await askInstruction(this.session, params);
      if (instruction === undefined) return undefined;
      given.instruction = instruction;
    }
    if (!ACTIONS[given.action].edits) {
      await this.options.read(given);
      return given.taskId;
    }
    this.ours.set(given.taskId, given);
    try {
      await this.session.request("tierwise/task/start", given);
      return given.taskId;
    } catch (error) {
      this.options.failed(error);
      return undefined;
    }
  }

  /** Start a fix of the problems of a range. */
  async fixAt(uri: string, range: vscode.Range): Promise<string | undefined> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    return this.begin(onRange(document, range, "fix"));
  }

  /** Start an action on the selection of the active editor. */
  async here(action: Action, tier?: string): Promise<string | undefined> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Tierwise: open a file first."));
      return undefined;
    }
    return this.begin({ ...onSelection(editor, action), ...(tier === undefined ? {} : { tier }) });
  }
}

/** The params of an action on an editor's selection, with the diagnostics a fix is for. */
export function onSelection(editor: vscode.TextEditor, action: Action): TaskStart {
  return onRange(editor.document, editor.selection, action);
}

function onRange(document: vscode.TextDocument, selection: vscode.Range, action: Action): TaskStart {
  const diagnostics =
    ACTIONS[action].takesDiagnostics
      ? vscode.languages
          .getDiagnostics(document.uri)
          .filter(({ range }) => selection.intersection(range) !== undefined)
          .map((found) => diagnosticItem(document, found))
      : [];
  return {
    action,
    textDocument: { uri: document.uri.toString() },
    range: wire(selection),
    ...(diagnostics.length > 0 ? { diagnostics } : {}),
  };
}

function diagnosticItem(document: vscode.TextDocument, found: vscode.Diagnostic): DiagnosticItem {
  const code = typeof found.code === "object" ? found.code.value : found.code;
  return {
    path: vscode.workspace.asRelativePath(document.uri, false),
    line: found.range.start.line + 1,
    severity: SEVERITIES[found.severity],
    message: found.message,
    ...(code === undefined ? {} : { code }),
  };
}

function wire({ start, end }: vscode.Range): WireRange {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}

/** Whether a task's failure is shown by whoever asked; a tier that is not there is. */
export function isUnknownTier(error: unknown): boolean {
  return problemOf(error).name === "UnknownTier";
}
