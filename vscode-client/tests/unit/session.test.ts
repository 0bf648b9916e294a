import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Status } from "../../src/server/messages";
import { DELAYS, HEALTHY_AFTER } from "../../src/server/restart";
import { NoEnvironment, NoServer, Session, type Connection, type Launch } from "../../src/server/session";

class Fake implements Connection {
  sent: { method: string; params: unknown }[] = [];
  hear: (method: string, params: unknown) => void = () => undefined;
  end: () => void = () => undefined;
  stopped = false;
  start = () => Promise.resolve({ version: "1.2", tiers: ["small", "large"] });
  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
  request(method: string, params: unknown): Promise<unknown> {
    this.sent.push({ method, params });
    return Promise.resolve("answer");
  }
  notify(method: string, params: unknown): Promise<void> {
    this.sent.push({ method, params });
    return Promise.resolve();
  }
  listen(on: (method: string, params: unknown) => void, ended: () => void): void {
    this.hear = on;
    this.end = ended;
  }
}

const LAUNCH: Launch = { command: "server", args: [], env: {} };
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };

function made(launch: () => Promise<Launch> = () => Promise.resolve(LAUNCH)) {
  const connections: Fake[] = [];
  const ids: string[] = [];
  let now = 0;
  const session = new Session({
    log: log as never,
    launch,
    connect(_, sessionId) {
      const connection = new Fake();
      connections.push(connection);
      ids.push(sessionId);
      return Promise.resolve(connection);
    },
    now: () => now,
  });
  const states: string[] = [];
  session.onDidChangeHealth(({ state }) => states.push(state));
  return { session, connections, ids, states, later: (ms: number) => (now += ms) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a session", () => {
  test("starts once, however many ask at the same time", async () => {
    const { session, connections, states } = made();
    await Promise.all([session.start(), session.start(), session.request("tierwise/status", null)]);
    expect(connections).toHaveLength(1);
    expect(states).toEqual(["starting", "running"]);
    expect(session.health.version).toBe("1.2");
    expect(session.tiers).toEqual(["small", "large"]);
  });

  test("passes the server's notifications on", async () => {
    const { session, connections } = made();
    const seen: Status[] = [];
    session.onDidChangeStatus((status) => seen.push(status));
    await session.start();
    connections[0]?.hear("tierwise/status/didChange", { text: "Auto" });
    expect(seen).toEqual([{ text: "Auto" }]);
  });

  test("runs a command of the server with its one argument", async () => {
    const { session, connections } = made();
    await session.run("tierwise.edit.apply", { editId: "e" });
    expect(connections[0]?.sent).toEqual([
      { method: "workspace/executeCommand", params: { command: "tierwise.edit.apply", arguments: [{ editId: "e" }] } },
    ]);
  });

  test("comes back after a crash as the same session, later each time, and then gives up", async () => {
    const { session, connections, ids, states } = made();
    await session.start();
    for (const [crash, delay] of DELAYS.entries()) {
      connections[crash]?.end();
      expect(session.health.state).toBe("waiting");
      await vi.advanceTimersByTimeAsync(delay - 1);
      expect(connections).toHaveLength(crash + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(session.health.state).toBe("running");
    }
    connections.at(-1)?.end();
    expect(session.health.state).toBe("failed");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(connections).toHaveLength(DELAYS.length + 1);
    expect(new Set(ids).size).toBe(1);
    expect(states.at(-1)).toBe("failed");
    await session.restart();
    expect(session.health.state).toBe("running");
  });

  test("forgets the crashes of a server that was healthy since", async () => {
    const { session, connections, later } = made();
    await session.start();
    for (let crash = 0; crash < 12; crash += 1) {
      later(HEALTHY_AFTER);
      connections.at(-1)?.end();
      await vi.advanceTimersByTimeAsync(DELAYS[0] ?? 0);
      expect(session.health.state).toBe("running");
    }
  });

  test("is not restarted by the end of a server that was stopped", async () => {
    const { session, connections } = made();
    await session.start();
    await session.stop();
    connections[0]?.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.health.state).toBe("stopped");
    expect(connections).toHaveLength(1);
    expect(connections[0]?.stopped).toBe(true);
  });

  test("says that its environment is missing, and starts once there is one", async () => {
    let there = false;
    const { session } = made(() =>
      there ? Promise.resolve(LAUNCH) : Promise.reject(new NoEnvironment("no environment")),
    );
    await session.start();
    expect(session.health).toEqual({ state: "missing", problem: "no environment" });
    await expect(session.request("tierwise/status", null)).rejects.toBeInstanceOf(NoServer);
    there = true;
    await session.restart();
    expect(session.health.state).toBe("running");
  });

  test("fails with the reason where the server does not start", async () => {
    const { session } = made(() => Promise.reject(new Error("spawn ENOENT")));
    await session.start();
    expect(session.health).toEqual({ state: "failed", problem: "spawn ENOENT" });
  });
});
