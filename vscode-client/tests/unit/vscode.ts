/** What the units under test see as `vscode`. */
import { createVSCodeMock } from "jest-mock-vscode";
import { vi } from "vitest";

const mock = createVSCodeMock(vi);

export const { CodeAction, CodeActionKind, CodeLens, Disposable, EventEmitter, MarkdownString, Position, Range, Selection, ThemeColor, Uri } = mock;
export const { commands, languages, window, workspace } = mock;
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const CodeActionTriggerKind = { Invoke: 1, Automatic: 2 };
export const LanguageModelChatMessageRole = { User: 1, Assistant: 2 };
export class LanguageModelTextPart {
  constructor(readonly value: string) {}
}
export const l10n = {
  t: (text: string, ...values: unknown[]): string =>
    text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
};
