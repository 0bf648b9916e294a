import { describe, expect, it, vi } from "vitest";
import * as vscode from "vscode";
import type { Status } from "../../src/server/messages";
import type { ServerHealth, Session } from "../../src/server/session";
import { StatusItem } from "../../src/status/item";

const STATUS: Status = {
  kind: "ready", text: "Auto", tooltip: "", spentTodayUsd: 0, reservedUsd: 0, spentProjectUsd: 0, level: "ok", pins: [],
};

/** A status item, what it shows, and its session: events to fire and answers to give. */
function shown() {
  const bar = { text: "", show: vi.fn(), dispose: vi.fn() };
  vi.spyOn(vscode.window, "createStatusBarItem").mockReturnValue(bar as unknown as vscode.StatusBarItem);
  const status = new vscode.EventEmitter<Status>();
  const healths = new vscode.EventEmitter<ServerHealth>();
  const answers: ((status: Status) => void)[] = [];
  const session = {
    health: { state: "running" } as ServerHealth,
    onDidChangeStatus: status.event,
    onDidChangeHealth: healths.event,
    request: () => new Promise<Status>((resolve) => answers.push(resolve)),
  };
  new StatusItem(session as unknown as Session);
  return { bar, status, healths, answers };
}

const rest = () => new Promise((resolve) => setTimeout(resolve));

describe("the status item", () => {
  it("keeps what the server told while its older answer was on its way", async () => {
    const { bar, status, healths, answers } = shown();
    healths.fire({ state: "running" });
    status.fire({ ...STATUS, needsKey: "ANTHROPIC_API_KEY" });
    answers[0]?.(STATUS);
    await rest();
    expect(bar.text).toContain("Set a key");
  });

  it("shows the answer where the server told nothing", async () => {
    const { bar, healths, answers } = shown();
    healths.fire({ state: "running" });
    answers[0]?.({ ...STATUS, text: "Auto · $1.20/5" });
    await rest();
    expect(bar.text).toContain("Auto · $1.20/5");
  });
});
