import { describe, expect, it } from "vitest";
import * as vscode from "vscode";
import { withChoice } from "../../src/tasks/codeActions";

const INVOKED = vscode.CodeActionTriggerKind.Invoke;
const AUTOMATIC = vscode.CodeActionTriggerKind.Automatic;

function action(command: string): vscode.CodeAction {
  const made = new vscode.CodeAction(`Tierwise: ${command}`);
  made.command = { command, title: made.title };
  return made;
}

function titles(found: ReturnType<typeof withChoice>): string[] {
  return (found ?? []).map(({ title }) => title);
}

const context = (triggerKind: vscode.CodeActionTriggerKind, only?: vscode.CodeActionKind): vscode.CodeActionContext => ({
  triggerKind, only, diagnostics: [],
});

describe("the menu of code actions", () => {
  const start = action("tierwise.task.start");

  it("ends with why these tiers and the way to another", () => {
    const found = withChoice([start], context(INVOKED));
    expect(titles(found)).toEqual([start.title, "Tierwise: Cheapest likely to do. Pick a tier…"]);
    expect(found?.at(-1)).toMatchObject({ command: { command: "tierwise.ui.pin" } });
    expect(found?.at(-1)?.title.length).toBeLessThanOrEqual(45);
  });

  it.each([
    ["the light bulb asks", [start], context(AUTOMATIC)],
    ["one kind is asked for", [start], context(INVOKED, vscode.CodeActionKind.QuickFix)],
    ["nothing would be started", [action("tierwise.edit.apply")], context(INVOKED)],
    ["there is nothing", [], context(INVOKED)],
  ])("is left as it is where %s", (_, found, asked) => {
    expect(withChoice(found, asked)).toBe(found);
  });
});
