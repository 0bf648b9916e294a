import { describe, expect, it } from "vitest";
import type { ToPage, Turn } from "../../src/panel/protocol";
import { Conversation } from "../../src/chat/turns";
import { read } from "../../src/chat/slashes";
import { filesOf } from "../../src/panel/proposals";
import { page } from "../../src/panel/page";
import type { Decision, TaskChanged } from "../../src/server/messages";

const decision = {
  shown: { badge: "Haiku", title: "Tierwise: Ask · Haiku", sentence: "Haiku: short" }, headline: "Haiku", because: "short", answering: "haiku", routed: "haiku", reasons: ["short"],
} as unknown as Decision;
const turn: Turn = {
  taskId: "t", action: "chat", prompt: "hello", chips: [], state: "routing", text: "", progress: "", notices: [],
};

function begun(over: Partial<Turn> = {}): { conversation: Conversation; sent: ToPage[] } {
  const sent: ToPage[] = [];
  const conversation = new Conversation("c", [], (message) => sent.push(message));
  conversation.begin({ ...turn, ...over });
  return { conversation, sent };
}

const changed = (state: TaskChanged["state"], over: Partial<TaskChanged> = {}): TaskChanged =>
  ({ taskId: "t", action: "chat", state, decision, ...over });

describe("a conversation", () => {
  it("tells the tier before the first word, and each word once", () => {
    const { conversation, sent } = begun();
    conversation.streamed({ taskId: "t", seq: 0, kind: "decision", decision }, 1);
    conversation.streamed({ taskId: "t", seq: 1, kind: "delta", delta: "one " }, 2);
    conversation.streamed({ taskId: "t", seq: 2, kind: "delta", delta: "two" }, 3);
    expect(sent.map(({ kind }) => kind)).toEqual(["turn", "turn", "delta", "delta"]);
    expect(sent[1]).toMatchObject({ turn: { header: { headline: "Haiku" } } });
    expect(conversation.all[0]?.text).toBe("one two");
  });

  it("forgets what was shown when another attempt answers, and says why", () => {
    const { conversation, sent } = begun();
    conversation.streamed({ taskId: "t", seq: 0, kind: "delta", delta: "one" }, 1);
    conversation.streamed({ taskId: "t", seq: 1, kind: "reset", reason: "Haiku overloaded: Sonnet answers" }, 2);
    expect(conversation.all[0]).toMatchObject({ text: "", notices: ["Haiku overloaded: Sonnet answers"] });
    expect(sent.some(({ kind }) => kind === "reset")).toBe(true);
  });

  it("keeps what was not sent, and every switch, beside the answer of whoever stands in", () => {
    const { conversation } = begun();
    const notices = ["1 secret replaced by placeholders before sending", "Not sent: keys.py (ignored)"];
    const switches = [
      { from: "haiku", to: "sonnet", cause: "overloaded", place: "s", text: "Haiku: overloaded; Sonnet answers" },
      { from: "sonnet", to: "opus", cause: "slow", place: "o", text: "Sonnet: slow; Opus answers" },
    ];
    for (const reason of notices) conversation.streamed({ taskId: "t", seq: 0, kind: "notice", reason }, 1);
    conversation.task(changed("running", { notices }));
    expect(conversation.all[0]?.notices).toEqual(notices);
    conversation.streamed({ taskId: "t", seq: 1, kind: "reset", reason: "Haiku: overloaded; Sonnet answers" }, 2);
    conversation.streamed({ taskId: "t", seq: 2, kind: "reset", reason: "Sonnet: slow; Opus answers (you said yes)" }, 3);
    conversation.task(changed("running", { notices, switches }));
    conversation.task(changed("answered", { notices, switches }));
    expect(conversation.all[0]?.notices).toEqual([
      ...notices, "Haiku: overloaded; Sonnet answers", "Sonnet: slow; Opus answers (you said yes)",
    ]);
    conversation.task(changed("routing", { notices, switches }));
    expect(conversation.all[0]?.notices).toEqual([]);
  });

  it("takes over what a redo would cost by the tokens that were used, and forgets it when a redo begins", () => {
    const { conversation, sent } = begun();
    conversation.task(changed("answered", { costUsd: 0.001, redoUsd: { haiku: 0.001, opus: 0.04 } }));
    expect(sent.at(-1)).toMatchObject({ turn: { redoUsd: { opus: 0.04 } } });
    conversation.task(changed("routing"));
    expect(conversation.all[0]?.redoUsd).toBeUndefined();
  });

  it("keeps the raw text of an edit back, but shows it where no edit came of it", () => {
    const { conversation, sent } = begun({ action: "edit" });
    conversation.streamed({ taskId: "t", seq: 0, kind: "delta", delta: "no change is needed" }, 1);
    expect(sent.some(({ kind }) => kind === "delta")).toBe(false);
    conversation.task(changed("answered"));
    expect(sent.at(-1)).toMatchObject({ kind: "delta", delta: "no change is needed" });
  });

  it("takes tokens and cost from what the server pushed", () => {
    const { conversation } = begun();
    const usage = { inputTokens: 5, outputTokens: 7, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.2 };
    conversation.task(changed("answered", { usage, costUsd: 0.2 }));
    expect(conversation.all[0]).toMatchObject({ tokens: { input: 5, output: 7 }, costUsd: 0.2 });
  });

  it("leaves out what belongs to another conversation", () => {
    const { conversation, sent } = begun();
    conversation.streamed({ taskId: "other", seq: 0, kind: "delta", delta: "x" }, 1);
    conversation.task(changed("answered", { taskId: "other" }));
    expect(sent).toHaveLength(1);
  });
});

describe("a slash", () => {
  const known = [{ name: "explain", detail: "" }, { name: "test", detail: "" }] as const;
  it.each([
    ["/explain", "explain", ""],
    ["/explain  this\nplease", "explain", "this\nplease"],
    ["/nothing here", "chat", "/nothing here"],
    ["/explained", "chat", "/explained"],
    ["/usr/bin/test fails", "chat", "/usr/bin/test fails"],
    ["what is /explain", "chat", "what is /explain"],
  ])("in %j asks for %s", (text, action, instruction) => {
    expect(read(text, known)).toEqual({ action, instruction });
  });
});

describe("the files of a diff", () => {
  it("are counted by the hunks, whatever the code looks like", () => {
    const diff = [
      "--- a/src/a.py", "+++ b/src/a.py", "@@ -1,3 +1,3 @@", " x", "--- a/not.py", "+++ b/not.py", " y",
      "--- /dev/null", "+++ b/new.py", "@@ -0,0 +1,2 @@", "+one", "+two",
      "--- a/old.py", "+++ /dev/null", "@@ -1 +0,0 @@", "-gone", "",
    ].join("\n");
    expect(filesOf(diff)).toEqual([
      { path: "src/a.py", added: 1, removed: 1 },
      { path: "new.py", added: 2, removed: 0 },
      { path: "old.py", added: 0, removed: 1 },
    ]);
  });
});

describe("the page", () => {
  const html = page({ source: "https://own.invalid", script: "s.js", style: "s.css", nonce: "abc", title: "T" });
  it("lets nothing run or load but its own script, style and font", () => {
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "";
    expect(policy.split("; ").sort()).toEqual([
      "base-uri 'none'", "default-src 'none'", "font-src https://own.invalid", "form-action 'none'",
      "script-src 'nonce-abc'", "style-src https://own.invalid",
    ]);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toContain("unsafe");
  });
});
