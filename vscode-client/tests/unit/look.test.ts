import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Status } from "../../src/server/messages";
import { moneyOf } from "../../src/panel/money";
import { look, spoken } from "../../src/status/look";
import { amount, amounts, arrow, tierName } from "../../src/tasks/words";

const CASES = JSON.parse(
  readFileSync(new URL("../../../tests/support/amounts.json", import.meta.url), "utf8"),
) as { one: [number, string][]; several: [number[], string[]][] };

const WORDS = { starting: "Tierwise…", restarting: "Restarting…", noKey: "Set a key", setUp: "Set up", stopped: "Stopped" };
const STATUS: Status = {
  kind: "ready", text: "Auto · $1.20/5", tooltip: "", spentTodayUsd: 1.2, reservedUsd: 0, spentProjectUsd: 0,
  level: "ok", pins: [],
};
const shown = (changes: Partial<Status>) => look({ ...STATUS, ...changes }, { state: "running" }, WORDS);

describe("the status item", () => {
  test.each<[string, Partial<Status>, string, string | undefined]>([
    ["idle", {}, "$(circuit-board) Auto · $1.20/5", undefined],
    ["routing", { kind: "busy", state: "routing", text: "Routing…" }, "$(sync~spin) Routing…", undefined],
    ["streaming", { kind: "busy", state: "running", text: "Sonnet" }, "$(sync~spin) Sonnet", undefined],
    ["preview", { state: "proposed", text: "Sonnet · edit waits" }, "$(diff) Sonnet · edit waits", undefined],
    ["applied", { state: "applied", text: "Sonnet · $0.04" }, "$(check) Sonnet · $0.04", undefined],
    ["failed", { state: "failed", text: "Failed" }, "$(error) Failed", undefined],
    ["pinned", { text: "Sonnet pinned", pins: [{ scope: "session", key: "s", to: "sonnet" }] }, "$(pin) Sonnet pinned", undefined],
    ["80 %", { kind: "soft", level: "soft" }, "$(warning) Auto · $1.20/5", "warning"],
    ["80 % while it streams", { kind: "busy", level: "soft", state: "running", text: "Sonnet → Haiku · 82 %" }, "$(sync~spin) Sonnet → Haiku · 82 %", "warning"],
    ["paused", { kind: "paused", level: "paused", state: "paused", text: "Paused · 100 %" }, "$(debug-pause) Paused · 100 %", "error"],
    ["paused by the team", { kind: "paused", text: "Paused by the team" }, "$(debug-pause) Paused by the team", "error"],
    ["rehearsal", { kind: "rehearsal", text: "Rehearsal · Auto" }, "$(beaker) Rehearsal · Auto", undefined],
    ["error", { kind: "error", text: "Tierwise: see tooltip" }, "$(error) Tierwise: see tooltip", "error"],
  ])("%s", (_, changes, text, background) => {
    expect(shown(changes)).toEqual(background === undefined ? { text } : { text, background });
  });

  test.each([
    ["starting", "$(sync~spin) Tierwise…"],
    ["waiting", "$(sync~spin) Restarting…"],
    ["missing", "$(cloud-download) Set up"],
    ["failed", "$(error) Stopped"],
    ["stopped", "$(circle-slash) Stopped"],
  ] as const)("a server that is %s", (state, text) => {
    expect(look(STATUS, { state }, WORDS).text).toBe(text);
  });

  test("is read without its icon and with the arrow as a word", () => {
    expect(spoken("$(sync~spin) Haiku → Opus, by you", "instead of")).toBe("Tierwise: Opus instead of Haiku, by you");
  });
});

describe("words", () => {
  test.each(CASES.one)("%f dollars are written as the server writes them", (usd, shown) => {
    expect(amount(usd)).toBe(shown);
  });
  test.each(CASES.several)("the amounts %j of a sentence are written alike", (usd, shown) => {
    expect(amounts(...usd)).toEqual(shown);
  });
  test("the arrow reads answering, then routed", () => {
    expect(arrow({ answering: "opus", routed: "haiku" })).toBe("Haiku → Opus");
    expect(arrow({ answering: "opus", routed: "opus" })).toBe("Opus");
    expect(tierName("haiku")).toBe("Haiku");
  });
});

describe("the panel's money", () => {
  test("has what a team says beside the operator's own", () => {
    const team = ["Paused by the team's budget of today: $50.00 of $50.00, ask Olga."];
    expect(moneyOf({ ...STATUS, kind: "paused", team }, undefined)).toMatchObject({ team, state: "ok" });
    expect(moneyOf(STATUS, undefined).team).toEqual([]);
  });
});
