/** Starts tasks from the editor, on the selection, the cursor or a range. */
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
      /** Starts a task that is answered in words, in the panel. */
      read(params: TaskStart): Promise<void>;
    },
  ) {}

  /** True if a task was started from the editor and not from the panel. */
  isOurs(taskId: string): boolean {
    return this.ours.has(taskId);
  }

  /** The params of a task that was started here. */
  asked(taskId: string): TaskStart | undefined {
    return this.ours.get(taskId);
  }

  /**
   * Starts the task of a code action or a lens. First waits for the set-up, then asks for an
   * instruction if the action takes one.
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

  /** Starts a fix of the problems in a range. */
  async fixAt(uri: string, range: vscode.Range): Promise<string | undefined> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    return this.begin(onRange(document, range, "fix"));
  }

  /** Starts an action on the selection of the active editor. */
  async here(action: Action, tier?: string): Promise<string | undefined> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Tierwise: open a file first."));
      return undefined;
    }
    return this.begin({ ...onSelection(editor, action), ...(tier === undefined ? {} : { tier }) });
  }
}

/** The params of an action on an editor's selection. A fix gets the diagnostics there. */
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

/** True if the error says that a tier does not exist. The code that asked shows it itself. */
export function isUnknownTier(error: unknown): boolean {
  return problemOf(error).name === "UnknownTier";
}
