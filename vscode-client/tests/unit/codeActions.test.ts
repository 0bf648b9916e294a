import { describe, expect, it } from "vitest";
import * as vscode from "vscode";
import { withChoice } from "../../src/tasks/codeActions";

const INVOKED = vscode.CodeActionTriggerKind.Invoke;
const AUTOMATIC = vscode.CodeActionTriggerKind.Automatic;

function action(command: string): vscode.CodeAction {
  const made = new vscode.CodeAction(`Tierwise: ${command}`);
  made.command = { command, title: made.title, arguments: [{ action: "document", taskId: command }] };
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

  it("ends with why these tiers and the way to another, both about the rows that start a task", () => {
    const barred = action("tierwise.task.start");
    barred.disabled = { reason: "no" };
    const found = withChoice([start, action("tierwise.queue.add"), barred], context(INVOKED));
    expect(titles(found).slice(3)).toEqual([
      "Tierwise: Cheapest tier likely to do. Why?", "Tierwise: Another tier for one of these…",
    ]);
    const rows = [{ title: "tierwise.task.start", params: { action: "document", taskId: "tierwise.task.start" } }];
    expect(found?.at(3)).toMatchObject({ command: { command: "tierwise.ui.whyThese", arguments: [rows] } });
    expect(found?.at(4)).toMatchObject({ command: { command: "tierwise.ui.anotherTier", arguments: [rows] } });
  });

  it("says in rehearsal that answers are made up, and leaves it", () => {
    const found = withChoice([start], context(INVOKED), true);
    expect(titles(found).at(-1)).toBe("Tierwise: Leave rehearsal (made-up answers)");
    expect(found?.at(-1)).toMatchObject({ command: { command: "tierwise.ui.leaveRehearsal" } });
    for (const title of titles(found)) expect(title.length).toBeLessThanOrEqual(45);
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
