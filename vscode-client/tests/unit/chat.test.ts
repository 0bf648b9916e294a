import { expect, it, vi } from "vitest";
import { Chat } from "../../src/chat/chat";
import type { Proposals } from "../../src/panel/proposals";
import type { ToPage } from "../../src/panel/protocol";
import type { Session } from "../../src/server/session";
import type { SetUp } from "../../src/setup/setup";

const nothing = vi.fn(() => ({ dispose: vi.fn() }));

/** A chat whose server hands out each conversation when the test says so. */
function made() {
  const given = new Map<string, (turns: unknown[]) => void>();
  const session = {
    onDidStream: nothing,
    onDidChangeTask: nothing,
    request: (_: string, { conversationId }: { conversationId: string }) =>
      new Promise((resolve) => given.set(conversationId, (turns) => { resolve({ turns }); })),
  } as unknown as Session;
  const memory = { get: vi.fn(), update: () => Promise.resolve(), keys: () => [] };
  const sent: ToPage[] = [];
  const chat = new Chat(session, {} as unknown as SetUp, { onDidChange: nothing } as unknown as Proposals, memory, (message) => sent.push(message));
  const shown = (): string | undefined => sent.flatMap((message) => message.kind === "conversation" ? [message.id] : []).at(-1);
  return { chat, given, shown };
}

it("stays with a new conversation when an older one arrives late", async () => {
  const { chat, given, shown } = made();
  const opening = chat.open("old");
  chat.new();
  const begun = shown();
  given.get("old")?.([]);
  await opening;
  expect(shown()).toBe(begun);
});

it("shows the conversation that was chosen last, whichever arrives first", async () => {
  const { chat, given, shown } = made();
  const both = [chat.open("first"), chat.open("second")];
  given.get("second")?.([]);
  await both[1];
  given.get("first")?.([]);
  await both[0];
  expect(shown()).toBe("second");
});
