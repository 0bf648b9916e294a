/** The messages between the panel's page and the extension: plain data, no `vscode` in it. */
import type { Action, Problem, Rating, TaskState, WireRange } from "../server/messages";
import type { SetUpState } from "../setup/need";

export type { SetUpState };

/** A file or selection that is sent with a message. For a turn it may also be the focus. */
export interface Chip {
  readonly kind: "file" | "selection" | "focus";
  readonly uri: string;
  readonly label: string;
  readonly range?: WireRange;
}

/** Which tier answers, in the server's words. */
export interface Header {
  /** "Haiku", "Haiku → Opus, by you". */
  readonly headline: string;
  /** The most important reason. */
  readonly because: string;
  readonly answering: string;
  readonly routed: string;
  readonly reasons: readonly string[];
  /** Whether a pin chose the tier, which can be taken off. */
  readonly pinned: boolean;
  /** The forecast cost of each tier, in dollars. */
  readonly costUsd: Readonly<Record<string, number>>;
}

/** How many lines a proposal adds and removes in one file. */
export interface FileChange {
  readonly path: string;
  readonly added: number;
  readonly removed: number;
}

/** An edit that waits for apply or discard, or that was applied and can be undone. */
export interface Proposal {
  readonly editId: string;
  readonly taskId: string;
  /** The action as the menus call it, such as "Add docs". */
  readonly name: string;
  readonly headline: string;
  readonly state: TaskState;
  /** It was applied and then undone. The server calls that discarded too. */
  readonly undone?: boolean;
  /** How many hunks are neither applied nor discarded. */
  readonly waiting: number;
  readonly files: readonly FileChange[];
  readonly note: string;
  readonly stale: boolean;
}

/** A group of the night queue that can be applied or undone. */
export interface Group {
  readonly id: string;
  /** The group in one line, in the server's words. */
  readonly line: string;
  /** How many jobs have an edit that waits, and how many have one that was applied. */
  readonly ready: number;
  readonly applied: number;
}

/** One question with its answer. */
export interface Turn {
  readonly taskId: string;
  readonly action: Action;
  readonly prompt: string;
  readonly chips: readonly Chip[];
  readonly state: TaskState;
  readonly text: string;
  readonly progress: string;
  readonly notices: readonly string[];
  readonly header?: Header;
  readonly tokens?: { readonly input: number; readonly output: number };
  readonly costUsd?: number;
  /** What a redo would cost on each tier, in dollars, by the tokens that the answer used. */
  readonly redoUsd?: Readonly<Record<string, number>>;
  readonly rehearsal?: boolean;
  /** True if it was not asked yet, because it waits for the set-up. */
  readonly waits?: boolean;
  readonly error?: Problem;
  readonly proposal?: Proposal;
  readonly rating?: Rating;
}

/** A turn without its text, which comes in messages of its own. */
export type TurnFacts = Omit<Turn, "text">;

export interface ConversationItem {
  readonly id: string;
  readonly title: string;
  readonly at: number;
}

/** The project context of a question, in the server's words: "+1.4¢ project context". */
export interface ProjectContext {
  readonly title: string;
  readonly files: readonly string[];
}

/** The focus, in the server's words: "total in app.py · 0.02¢". */
export interface FocusChip {
  readonly title: string;
  /** The title without its price. */
  readonly label: string;
  readonly detail: string;
  /** True if it is sent; false if the operator removed it. */
  readonly on: boolean;
}

export interface Slash {
  readonly name: Action;
  readonly detail: string;
}

export interface Completion {
  readonly label: string;
  readonly detail: string;
  readonly chip?: Chip;
}

/** What was spent today and in the project, in dollars. A missing limit means no cap. */
export interface Money {
  readonly state: "ok" | "soft" | "paused";
  readonly rehearsal: boolean;
  readonly spentTodayUsd: number;
  readonly reservedUsd: number;
  readonly dayUsd?: number;
  readonly spentProjectUsd: number;
  readonly projectUsd?: number;
  /** Lines of text on what the team may spend and has spent. */
  readonly team: readonly string[];
  /** Why nothing can be asked now; absent if something can. */
  readonly problem?: string;
}

export interface TierUse {
  readonly tier: string;
  readonly tasks: number;
  readonly costUsd: number;
}

export interface UsageOf {
  readonly scope: "today" | "project";
  readonly tasks: number;
  readonly spentUsd: number;
  readonly limitUsd?: number;
  readonly savedUsd: number;
  readonly baseline: string;
  readonly byTier: readonly TierUse[];
}

/** What the page may offer after an error. The extension maps each to a command. */
export type Way =
  | "budget" | "setKey" | "rehearse" | "leaveRehearsal" | "unpin" | "trust"
  | "create" | "stopCreating" | "choosePython" | "showLog" | "report";

export type Tab = "chat" | "inbox" | "usage";

export type ToPage =
  | {
      readonly kind: "hello";
      readonly words: Readonly<Record<string, string>>;
      readonly tiers: readonly string[];
      readonly slashes: readonly Slash[];
    }
  | { readonly kind: "conversation"; readonly id: string; readonly turns: readonly Turn[] }
  | { readonly kind: "conversations"; readonly query: string; readonly items: readonly ConversationItem[] }
  | { readonly kind: "turn"; readonly turn: TurnFacts }
  | { readonly kind: "delta"; readonly taskId: string; readonly delta: string; readonly at: number }
  | { readonly kind: "reset"; readonly taskId: string }
  | { readonly kind: "money"; readonly money: Money }
  | { readonly kind: "setUp"; readonly state: SetUpState }
  | { readonly kind: "inbox"; readonly proposals: readonly Proposal[] }
  | { readonly kind: "groups"; readonly groups: readonly Group[] }
  | { readonly kind: "usage"; readonly usage: readonly UsageOf[] }
  | { readonly kind: "suggestion"; readonly chip: Chip | undefined }
  | { readonly kind: "focus"; readonly chip: FocusChip | undefined }
  | { readonly kind: "attached"; readonly chips: readonly Chip[] }
  | { readonly kind: "projectContext"; readonly text: string; readonly context: ProjectContext | undefined }
  | { readonly kind: "completions"; readonly query: string; readonly items: readonly Completion[] }
  | { readonly kind: "prefill"; readonly text: string }
  | { readonly kind: "show"; readonly tab: Tab; readonly focus: boolean }
  | { readonly kind: "said"; readonly text: string };

export type FromPage =
  | { readonly kind: "ready" }
  | { readonly kind: "send"; readonly text: string; readonly chips: readonly Chip[]; readonly tier?: string; readonly project?: boolean }
  | { readonly kind: "askAgain"; readonly taskId: string; readonly text: string }
  | { readonly kind: "allow"; readonly taskId: string }
  | { readonly kind: "stop"; readonly taskId: string }
  | { readonly kind: "again"; readonly taskId: string; readonly tier: string }
  | { readonly kind: "copy"; readonly taskId: string; readonly text: string }
  | { readonly kind: "insert"; readonly taskId: string; readonly text: string }
  | { readonly kind: "applyCode"; readonly taskId: string; readonly text: string; readonly path?: string }
  | { readonly kind: "rate"; readonly taskId: string; readonly rating: Rating }
  | { readonly kind: "follow"; readonly address: string }
  | { readonly kind: "attachFile" }
  | { readonly kind: "complete"; readonly query: string }
  | { readonly kind: "projectContext"; readonly text: string; readonly chips: readonly Chip[] }
  | { readonly kind: "look"; readonly text: string; readonly chips: readonly Chip[]; readonly tier?: string }
  | { readonly kind: "focus"; readonly on: boolean }
  | { readonly kind: "newConversation" }
  | { readonly kind: "listConversations"; readonly query: string }
  | { readonly kind: "deleteConversation"; readonly id: string; readonly query: string }
  | { readonly kind: "openConversation"; readonly id: string }
  | { readonly kind: "resolve"; readonly editId: string; readonly action: "apply" | "discard" | "undo" | "show" }
  | { readonly kind: "resolveGroup"; readonly id: string; readonly action: "apply" | "undo" }
  | { readonly kind: "tab"; readonly tab: Tab }
  | { readonly kind: "way"; readonly way: Way }
  | { readonly kind: "drawn"; readonly taskId: string; readonly at: number };
