import { expect, it, vi } from "vitest";
import * as vscode from "vscode";
import type { Session } from "../../src/server/session";
import { Queue } from "../../src/tasks/queue";

const GROUPS = [
  { id: "new", line: "Add docstrings: 2 ready", counts: { ready: 2, failed: 1 } },
  { id: "old", line: "Write tests: 1 applied", counts: { applied: 1 } },
  { id: "open", line: "Later: 3 queued", counts: { queued: 3 } },
];

function made(groups: readonly unknown[] = GROUPS) {
  const asked: [string, unknown][] = [];
  const request = vi.fn((method: string, params: unknown) => {
    asked.push([method, params]);
    const left = [{ id: "j", reason: "It changed." }, { id: "k", reason: "It changed." }];
    return Promise.resolve(method === "tierwise/queue/list" ? { groups } : { applied: ["a"], left });
  });
  const queue = new Queue({ request } as unknown as Session, vi.fn());
  const said = vi.spyOn(vscode.window, "showInformationMessage").mockReset();
  const picked = vi.spyOn(vscode.window, "showQuickPick").mockReset();
  const changed = vi.fn();
  queue.onDidChange(changed);
  return { asked, queue, said, picked, changed };
}

it("lists the groups of which something can be applied or taken back", async () => {
  const { queue } = made();
  expect(await queue.groups()).toEqual([
    { id: "new", line: "Add docstrings: 2 ready", ready: 2, applied: 0 },
    { id: "old", line: "Write tests: 1 applied", ready: 0, applied: 1 },
  ]);
});

it("applies what passed and says each reason for the rest once", async () => {
  const { queue, asked, said, changed } = made();
  await queue.resolve("new", "apply");
  expect(asked).toEqual([["tierwise/queue/apply", { group: "new", passed: true }]]);
  expect(said).toHaveBeenCalledWith("1 applied. It changed.");
  expect(changed).toHaveBeenCalledOnce();
});

it("takes back the only group that is applied without a question", async () => {
  const { queue, asked, said, picked } = made();
  await queue.undo();
  expect(asked.at(-1)).toEqual(["tierwise/queue/undo", { group: "old" }]);
  expect(said).toHaveBeenCalledWith("1 taken back. It changed.");
  expect(picked).not.toHaveBeenCalled();
});

it("asks which of several groups, and leaves all where none is chosen", async () => {
  const { queue, asked, picked } = made([GROUPS[1], { ...GROUPS[1], id: "older" }]);
  picked.mockResolvedValue(undefined);
  await queue.undo();
  expect(picked).toHaveBeenCalledOnce();
  expect(asked.map(([method]) => method)).toEqual(["tierwise/queue/list"]);
});

it("says that nothing is applied", async () => {
  const { queue, asked, said } = made([GROUPS[0]]);
  await queue.undo();
  expect(said).toHaveBeenCalledWith("Tierwise: no group is applied.");
  expect(asked).toHaveLength(1);
});
