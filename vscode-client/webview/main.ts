/** The panel's page: makes its parts once the extension has said hello, and hands out what it hears. */
import "./panel.css";
import type { ConversationItem, ToPage } from "../src/panel/protocol";
import { announce, announcer } from "./announce";
import { BudgetBar } from "./budget";
import { Composer } from "./composer";
import { h, iconButton } from "./dom";
import { hear, kept, tell } from "./host";
import { Inbox } from "./inbox";
import { openMenu } from "./menu";
import { Tabs } from "./tabs";
import { Transcript } from "./transcript";
import { UsageView } from "./usage";
import { speak, t } from "./words";

function build(hello: Extract<ToPage, { kind: "hello" }>): (message: ToPage) => void {
  speak(hello.words);
  const composer = new Composer(kept().draft);
  const transcript = new Transcript(() => { composer.answering(transcript.current?.taskId); });
  const budget = new BudgetBar();
  const inbox = new Inbox();
  const usage = new UsageView();
  composer.know(hello.tiers, hello.slashes);
  transcript.ladder = hello.tiers;

  const past = iconButton("history", t("Conversations"), () => { tell({ kind: "listConversations" }); });
  const chat = h("div", { class: "chat" }, transcript.node, composer.node);
  const tabs = new Tabs([
    { tab: "chat", name: t("Chat"), node: chat },
    { tab: "inbox", name: t("Inbox"), node: inbox.node },
    { tab: "usage", name: t("Usage"), node: usage.node },
  ]);
  const bar = h("div", { class: "top" }, tabs.node, h("span", { class: "grow" }),
    iconButton("add", t("New conversation"), () => { tell({ kind: "newConversation" }); }), past);
  document.body.replaceChildren(bar, chat, inbox.node, usage.node, budget.node, announcer);

  document.addEventListener("keydown", (event) => {
    const task = transcript.current;
    if (event.key === "Escape" && task !== undefined && !event.defaultPrevented) {
      tell({ kind: "stop", taskId: task.taskId });
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null) return;
    event.preventDefault();
    event.stopPropagation();
    tell({ kind: "follow", address: link.getAttribute("href") ?? "" });
  }, true);
  window.addEventListener("focus", () => {
    if (document.activeElement === document.body && !chat.hidden) composer.field.focus();
  });

  if (document.hasFocus()) composer.field.focus();

  return (message) => {
    switch (message.kind) {
      case "conversation": transcript.open(message.turns); break;
      case "conversations": choose(past, message.items); break;
      case "turn":
      case "delta":
      case "reset": transcript.take(message); break;
      case "money":
        budget.show(message.money);
        composer.money(message.money);
        break;
      case "inbox":
        inbox.show(message.proposals);
        tabs.count("inbox", message.proposals.filter((one) => one.state === "proposed").length);
        break;
      case "usage": usage.show(message.usage); break;
      case "suggestion": composer.suggest(message.chip); break;
      case "attached": composer.attach(message.chips); break;
      case "completions": composer.offer(message.query, message.items); break;
      case "prefill": composer.prefill(message.text); break;
      case "show":
        tabs.show(message.tab);
        if (message.focus && message.tab === "chat") composer.field.focus();
        break;
      case "said": announce(message.text); break;
      case "hello": break;
    }
  };
}

function choose(anchor: HTMLElement, items: readonly ConversationItem[]): void {
  const none = { label: t("No conversation is kept"), detail: "", act: () => undefined };
  const rows = items.map((item) => ({
    label: item.title,
    detail: new Date(item.at).toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" }),
    act: () => { tell({ kind: "openConversation", id: item.id }); },
  }));
  openMenu(anchor, rows.length > 0 ? rows : [none]);
}

let take: ((message: ToPage) => void) | undefined;
hear((message) => {
  if (message.kind === "hello") take = build(message);
  else take?.(message);
});
tell({ kind: "ready" });
