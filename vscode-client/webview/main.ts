/** The panel's page: makes its parts once the extension has said hello, and hands out what it hears. */
import "./panel.css";
import type { ToPage } from "../src/panel/protocol";
import { announce, announcer } from "./announce";
import { BudgetBar } from "./budget";
import { Composer } from "./composer";
import { h, iconButton } from "./dom";
import { hear, kept, tell } from "./host";
import { Inbox } from "./inbox";
import { Past } from "./past";
import { SetUpCard } from "./setup";
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
  const setUp = new SetUpCard();
  composer.know(hello.tiers, hello.slashes);
  transcript.ladder = hello.tiers;

  const history = iconButton("history", t("Conversations"), () => { past.toggle(); });
  const past = new Past(history);
  const chat = h("div", { class: "chat" }, transcript.node, setUp.node, composer.node);
  const tabs = new Tabs([
    { tab: "chat", name: t("Chat"), node: chat },
    { tab: "inbox", name: t("Inbox"), node: inbox.node },
    { tab: "usage", name: t("Usage"), node: usage.node },
  ]);
  const bar = h("div", { class: "top" }, tabs.node, h("span", { class: "grow" }),
    iconButton("add", t("New conversation"), () => { tell({ kind: "newConversation" }); }), history);
  document.body.replaceChildren(bar, past.node, chat, inbox.node, usage.node, budget.node, announcer);

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
      case "conversations": past.show(message.query, message.items); break;
      case "turn":
      case "delta":
      case "reset": transcript.take(message); break;
      case "money":
        budget.show(message.money);
        composer.money(message.money);
        break;
      case "inbox":
        inbox.show(message.proposals);
        tabs.count("inbox", message.proposals.filter((one) => one.waiting > 0).length);
        break;
      case "groups": inbox.showGroups(message.groups); break;
      case "setUp": setUp.show(message.state); break;
      case "usage": usage.show(message.usage); break;
      case "suggestion": composer.suggest(message.chip); break;
      case "focus": composer.beforeYou(message.chip); break;
      case "attached": composer.attach(message.chips); break;
      case "projectContext": composer.offerProject(message.text, message.context); break;
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

let take: ((message: ToPage) => void) | undefined;
hear((message) => {
  if (message.kind === "hello") take = build(message);
  else take?.(message);
});
tell({ kind: "ready" });
