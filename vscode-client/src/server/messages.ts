// Made by `make types` from the server's own messages; edit those, not this file.
import type { WorkspaceEdit } from "vscode-languageserver-protocol";

export type Action = "chat" | "edit" | "explain" | "fix" | "document" | "test" | "refactor" | "generate" | "review" | "commit" | "agent";

export type Severity = "error" | "warning" | "information" | "hint";

export type Cause = "routed" | "uncertain" | "floor" | "override" | "pin" | "remap" | "thread" | "budget" | "failover" | "escalated" | "trial";

export type Scope = "task" | "conversation" | "file" | "action" | "session" | "project" | "tier";

export type OutcomeKind = "applied" | "partlyApplied" | "discarded" | "undone" | "editedAfter" | "survived" | "superseded" | "cancelled" | "expired" | "failed" | "inserted" | "copied" | "rated" | "reasked" | "diagnostics" | "wentOn" | "interrupted" | "tests" | "shadow" | "withdrawn";

export type Rating = "tooWeak" | "fine" | "overkill";

export type TaskState = "routing" | "paused" | "running" | "proposed" | "answered" | "applied" | "partlyApplied" | "discarded" | "cancelled" | "failed" | "expired";

export type HunkKind = "text" | "create" | "rename" | "delete";

export type HunkState = "pending" | "applied" | "discarded" | "refused";

export type StatusKind = "error" | "paused" | "rehearsal" | "busy" | "soft" | "ready";

export type StreamKind = "decision" | "delta" | "reset" | "notice";

export type BudgetLevel = "ok" | "soft" | "paused";

/**
 * A decision in three lengths: `badge` has at most 22 characters, `title` 45 with the prefix
 * `Tierwise: ` of code actions, `sentence` 100. No client has to cut one.
 */
export interface Shown {
  badge: string;
  title: string;
  sentence: string;
}

/**
 * Which tier answers and why. Shares are in [0, 1], amounts are dollars per tier.
 *
 * `estimate` is how likely each tier is enough, `lower` is a lower bound of that, and `accept` is
 * how likely its answer is kept. `confidence` is the estimate of `confidenceTier`.
 * `expectedLossUsd` is, per tier, what the task is expected to cost if it starts there, with
 * redos. `rule` names the rule that decided. `shown` is the decision in words. `headline` equals
 * its badge. `because` is its sentence without the tier at the start.
 */
export interface Decision {
  id: string;
  first: string;
  routed: string;
  answering: string;
  confidence: number;
  confidenceTier: string;
  cause: Cause;
  rule: string;
  final: boolean;
  estimate: Record<string, number>;
  lower: Record<string, number>;
  accept: Record<string, number>;
  costUsd: Record<string, number>;
  expectedLossUsd: Record<string, number>;
  reasons: string[];
  signals: Record<string, number | null>;
  propensity: number;
  soft: boolean;
  explicit: boolean;
  shown: Shown;
  headline: string;
  because: string;
}

/** A position in a document: a line from 0, and a column in the negotiated encoding. */
export interface WirePosition {
  line: number;
  character: number;
}

/** A range; its end is not part of it. */
export interface WireRange {
  start: WirePosition;
  end: WirePosition;
}

/** A range in a document. Without a range it is the whole document. */
export interface WireLocation {
  uri: string;
  range?: WireRange;
}

/** Names, by its URI, the document that a message is about. */
export interface TextDocument {
  uri: string;
}

/** Which of our own notifications and previews a client shows. An absent flag is false. */
export interface ClientFlags {
  chat?: boolean;
  status?: boolean;
  task?: boolean;
  preview?: boolean;
  budget?: boolean;
  progress?: boolean;
}

/** The `initializationOptions` that a client may send. */
export interface Options {
  clientCapabilities?: ClientFlags;
  trusted?: boolean;
  sessionId?: string;
  settings?: Record<string, unknown>;
}

/** Whether the operator trusts the workspace from now on. */
export interface TrustChange {
  trusted: boolean;
}

/** A file that goes with a task. The operator either `attached` it or only named it. */
export interface FileItem {
  uri: string;
  attached?: boolean;
}

/** A diagnostic. Its line counts from 1, as in `tierwise route`. */
export interface DiagnosticItem {
  path?: string;
  line?: number;
  severity?: Severity;
  code?: string | number;
  message?: string;
}

/**
 * A task to start. The client may make its ids itself.
 *
 * `project` says whether outlines and definitions of the project are sent too, as in a chat turn.
 */
export interface TaskStart {
  action: Action;
  textDocument?: TextDocument;
  range?: WireRange;
  instruction?: string;
  tier?: string;
  files?: FileItem[];
  diagnostics?: DiagnosticItem[];
  tools?: string[];
  taskId?: string;
  comment?: WireRange;
  conversationId?: string;
  project?: boolean;
}

/** Names the task that a request is about. */
export interface TaskId {
  taskId: string;
}

/** A task to redo. `tier` is a tier's name, "up" (one tier higher) or "same". */
export interface Rerun {
  taskId: string;
  tier: string;
}

/** An outcome of an answer that only the client sees. */
export interface RecordOutcome {
  taskId: string;
  kind: "inserted" | "copied" | "rated" | "reasked";
  value?: string | number;
}

/** A task that was started. Its `decision` may not be final yet. */
export interface Started {
  taskId: string;
  decision: Decision;
}

/** The tokens that were used, and what they cost in dollars. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  costUsd: number;
}

/** Why a task failed: the name of an error and a sentence for the operator. */
export interface Problem {
  name: string;
  message: string;
}

/**
 * One switch to another place (a model at one server) or tier, because the first did not
 * answer.
 *
 * `cause` is a word or two, such as "overloaded". `text` says all of it in a sentence to be shown.
 */
export interface Switch {
  from: string;
  to: string;
  cause: string;
  place: string;
  text: string;
}

/**
 * The new state of a task, sent whenever it changes.
 *
 * `cause_note` says in a few words why the answering tier differs from the routed one. `forecast`
 * is the first decision, if the final one differs from it. `notices` say what was left out or
 * replaced before sending. `waiting` counts the hunks that are neither applied nor discarded; a
 * partly applied task is over once there are none. A client with the flag `preview` gets an
 * `edit_id` while the task is still `running`: `tierwise/edit/get` then gives the hunks so far.
 * None of them can be applied yet, and their ids are final only once the task is `proposed`.
 * `redo_usd` is what a redo would cost per tier in dollars, by the tokens that the answer used. It
 * is absent before there is an answer.
 */
export interface TaskChanged {
  taskId: string;
  action: Action;
  uri?: string;
  range?: WireRange;
  state: TaskState;
  decision: Decision;
  progress?: string;
  costUsd?: number;
  editId?: string;
  error?: Problem;
  causeNote?: string;
  rehearsal?: boolean;
  conversationId?: string;
  forecast?: Decision;
  switches?: Switch[];
  usage?: Usage;
  notices?: string[];
  waiting?: number;
  redoUsd?: Record<string, number>;
}

/** A piece of context that was sent, and why it was chosen. Lines count from 1. */
export interface SentItem {
  kind: "selection" | "cursor" | "above" | "below" | "around" | "head" | "within" | "related" | "usage" | "diagnostics" | "file" | "outline" | "diff" | "tests" | "card";
  path: string;
  startLine: number;
  endLine: number;
  tokens: number;
  why: string;
}

/** A file or piece that was not sent, and why. */
export interface NotSent {
  path: string;
  why: string;
}

/** One turn of a prompt, word for word. */
export interface SentTurn {
  role: "user" | "assistant";
  text: string;
}

/**
 * What one call of a model for a task (an attempt) sent, and when.
 *
 * `at` is UTC milliseconds. Of the `window` tokens of context that the tier may be sent, it used
 * about `tokens`. `secrets` is how many secrets were replaced before sending.
 */
export interface SentAttempt {
  tier: string;
  model: string;
  at: number;
  tokens: number;
  window: number;
  items: SentItem[];
  leftOut: NotSent[];
  secrets: number;
  system: string;
  turns: SentTurn[];
}

/** The texts that were sent to models for a task, one entry per attempt, oldest first. */
export interface Sent {
  taskId: string;
  attempts: SentAttempt[];
}

/**
 * The params of a task that could be started, or only the `taskId` of one that was.
 *
 * For a `taskId` the answer also says what would have made the task cheaper or dearer.
 */
export interface Explain extends Omit<TaskStart, "action"> {
  action?: Action;
}

/**
 * The decision, and for a task by id what would have changed it.
 *
 * `cheaper` and `dearer` describe the smallest change of the request that would move the tier
 * down or up. They are absent if none is known. They are also absent for a task that was not
 * started, because clients ask for that while the operator types, and the search takes some fifty
 * milliseconds. `page` explains the decision as markdown. `rest` lists every signal that is not
 * zero, and a client may fold it. Only a task by id has these two.
 */
export interface Explained extends Decision {
  cheaper?: string;
  dearer?: string;
  page?: string;
  rest?: string;
}

/** The operator's choice of a tier for a scope. `to` is a tier, or "auto" to clear a choice. */
export interface Override {
  scope: Scope;
  to: string;
  taskId?: string;
  conversationId?: string;
  action?: Action;
  uri?: string;
  from?: string;
}

/** How the operator judges the tier that answered a task. */
export interface Rate {
  taskId: string;
  rating: Rating;
}

/** A request for the choices in force; it has no parameters. */
export interface ChoicesAsk {
}

/**
 * A choice of a tier that the operator made and that holds now.
 *
 * `key` says for what it holds: a URI, an action, a tier or an id.
 */
export interface Chosen {
  scope: Scope;
  key: string;
  tier: string;
}

/**
 * The operator's choices that hold now: a tier for a file, an action and so on (pins), or one
 * tier in place of another (remaps).
 */
export interface Choices {
  choices: Chosen[];
}

/** A request for the dial's settings; it has no parameters. */
export interface DialAsk {
}

/** The setting to keep in the operator's own configuration file. */
export interface DialTurn {
  preference: "save" | "balanced" | "right";
}

/**
 * A setting of the dial, with the cost and the redos that a week with it would have had.
 *
 * `label` is its name, and `text` says all of it in words. `redos` counts the answers that the
 * operator would not have kept.
 */
export interface DialSetting {
  preference: "save" | "balanced" | "right";
  label: string;
  costUsd: number;
  redos: number;
  text: string;
  current: boolean;
}

/**
 * The settings of the dial, cheapest first.
 *
 * `basis` is a sentence to be shown with them: it says from which tasks the week was computed.
 * While the operator has too few tasks, the week is `invented`. `redo_cost_usd` is present if the
 * operator configured an amount of their own, which the router then uses instead of the dial.
 */
export interface Dial {
  question: string;
  settings: DialSetting[];
  basis: string;
  invented: boolean;
  tasks: number;
  redoCostUsd?: number;
  note?: string;
}

/**
 * A chat turn that the operator asks for. The client may make its ids itself.
 *
 * `project` says whether outlines and definitions of the project are sent too. Without it they
 * are sent if the prompt names something of the project, or says `@project`. `focus` is where the
 * operator is: the document, and the selection or cursor in it. It is sent unless `implicit` is
 * false, `selection` is given or `references` name its document.
 */
export interface ChatSend {
  prompt: string;
  taskId?: string;
  conversationId?: string;
  references?: WireLocation[];
  selection?: WireLocation;
  focus?: WireLocation;
  implicit?: boolean;
  tools?: string[];
  tier?: string;
  project?: boolean;
}

/**
 * The part of the operator's current document that is sent with a turn.
 *
 * `title` is absent if nothing is sent. Lines count from 1.
 */
export interface FocusContext {
  title?: string;
  label?: string;
  path?: string;
  firstLine?: number;
  lastLine?: number;
  tokens?: number;
  costUsd?: number;
}

/**
 * The files of the project from which text is sent with a turn.
 *
 * `title` is absent if nothing is sent.
 */
export interface ProjectContext {
  title?: string;
  files?: string[];
  tokens?: number;
  costUsd?: number;
}

/** Names the conversation that a request is about. */
export interface ChatGet {
  conversationId: string;
}

/** A question to remove, with everything after it in its conversation. */
export interface ChatRetract {
  conversationId: string;
  taskId: string;
}

/** Which conversations are listed: at most `limit`, and only those that contain `query`. */
export interface ChatList {
  limit?: number;
  query?: string;
}

/**
 * A code block of an answer that becomes a proposal.
 *
 * `path` is the file that the block's fence names. `text_document` and `range` are where the
 * operator is. The code replaces the selection. Without a selection it replaces the definition of
 * the same name, or else it is inserted at the cursor.
 */
export interface ChatApply {
  taskId: string;
  code: string;
  path?: string;
  textDocument?: TextDocument;
  range?: WireRange;
}

/** A finished chat turn. `stop_reason` is what the model gave, or "cancelled". */
export interface ChatReply {
  taskId: string;
  conversationId: string;
  decision: Decision;
  text: string;
  stopReason: string;
  usage: Usage;
  editId?: string;
}

/**
 * A piece of an answer that is being written.
 *
 * The piece with the decision comes before the first delta. The kind `reset` tells the client to
 * clear the text that it has shown so far.
 */
export interface Streamed {
  taskId: string;
  conversationId?: string;
  seq: number;
  kind: StreamKind;
  delta?: string;
  decision?: Decision;
  reason?: string;
}

/** A kept question with its answer. `created_at` is UTC milliseconds. */
export interface Turn {
  taskId: string;
  action: Action;
  prompt: string;
  text: string;
  state: TaskState;
  decision: Decision;
  usage: Usage;
  rehearsal?: boolean;
  createdAt: number;
}

/** The turns of a conversation, in the order they were spoken. */
export interface Conversation {
  turns: Turn[];
}

/**
 * A conversation in a list. `title` is the start of its first question.
 *
 * `at` is the time of its last turn in UTC milliseconds.
 */
export interface Heading {
  conversationId: string;
  title: string;
  at: number;
}

/** The conversations of a project, the latest first. */
export interface Conversations {
  conversations: Heading[];
}

/** The id of the proposal that was made from a code block. */
export interface BlockOffered {
  editId: string;
}

/**
 * Names the proposal that a request is about, or with `hunks` some of its changes by their ids.
 *
 * `reason` says why the operator discards them.
 */
export interface EditId {
  editId: string;
  hunks?: string[];
  reason?: string;
}

/**
 * What to do with a proposal: apply or discard it, whole or by hunk, or retry its task.
 *
 * A retry is on `tier`, without one on the same tier as before.
 */
export interface EditResolve extends EditId {
  action: "apply" | "discard" | "retry";
  tier?: string;
}

/**
 * One change of a proposal that can be applied by itself.
 *
 * Its range refers to the document's current version.
 */
export interface Hunk {
  id: string;
  kind: HunkKind;
  state: HunkState;
  uri: string;
  toUri?: string;
  range?: WireRange;
  newText?: string;
}

/** A proposal. It is `stale` if some hunk no longer fits its document. */
export interface EditGot {
  edit: WorkspaceEdit;
  diff: string;
  hunks: Hunk[];
  versions: Record<string, number | null>;
  stale: boolean;
  note: string;
  taskId: string;
}

/** The result of an apply, discard, retry or undo. `failure_reason` is shown to the operator. */
export interface Resolved {
  applied: boolean;
  failureReason?: string;
  taskId?: string;
}

/**
 * Which tasks of the past are listed. `since` is UTC milliseconds.
 *
 * With a `task_id` it is only that task, and the answer then has its `diff` and `answer`.
 */
export interface HistoryAsk {
  limit?: number;
  since?: number;
  tier?: string;
  state?: TaskState;
  taskId?: string;
}

/** An outcome, and its time in UTC milliseconds. */
export interface OutcomeAt {
  kind: OutcomeKind;
  at: number;
}

/**
 * One task of the past. `created_at` is UTC milliseconds.
 *
 * With `rehearsal` nothing was paid, and `cost_usd` is what the task would cost with an API key.
 * `diff` and `answer` are what the model gave. They are present only if one task was asked for,
 * and as long as they are kept.
 */
export interface HistoryTask {
  taskId: string;
  action: Action;
  uri?: string;
  state: TaskState;
  decision: Decision;
  editId?: string;
  costUsd: number;
  rehearsal?: boolean;
  createdAt: number;
  outcomes: OutcomeAt[];
  diff?: string;
  answer?: string;
}

/** Tasks of the past, newest first. */
export interface History {
  tasks: HistoryTask[];
}

/** A request for what was spent; it has no parameters. */
export interface UsageAsk {
}

/** The use of one tier: of how many tasks it gave the last answer, and what its calls cost. */
export interface TierUse {
  tier: string;
  tasks: number;
  costUsd: number;
}

/**
 * What was spent today or in the project.
 *
 * `saved_usd` is the difference to what the tier `baseline` would have cost for the same tokens.
 * It is negative if more was spent.
 */
export interface ScopeUse {
  scope: "today" | "project";
  tasks: number;
  spentUsd: number;
  limitUsd?: number;
  savedUsd: number;
  baseline: string;
  tiers: TierUse[];
}

/** What was spent today and in the project, by tier. */
export interface UsageFigures {
  scopes: ScopeUse[];
}

/**
 * Which page is made: from the ledger, or with `demo` from the invented week.
 *
 * With `show` the server also asks the editor to open it in the browser.
 */
export interface ReportAsk {
  demo?: boolean;
  show?: boolean;
}

/** Where the page is, and whether the editor opened it. */
export interface ReportPage {
  uri: string;
  shown: boolean;
}

/**
 * A group of jobs to queue. Without `at` and `by` it runs tonight, from 23:00 to 07:00.
 *
 * With `range` it is one job for these lines of the first document. The group may cost `cap_usd`
 * at most.
 */
export interface QueueAdd {
  action: Action;
  textDocuments: TextDocument[];
  range?: WireRange;
  instruction?: string;
  each?: "file" | "diagnostic" | "symbol";
  tier?: string;
  at?: string;
  by?: string;
  capUsd?: number;
  after?: string;
  every?: "day";
  diagnostics?: DiagnosticItem[];
}

/** A job that was queued. */
export interface QueuedJob {
  id: string;
  path: string;
}

/**
 * A group that was queued, with its expected cost, the most it can cost, and its expected cost
 * on the baseline tier (with which savings are compared).
 */
export interface Queued {
  group: string;
  jobs: QueuedJob[];
  forecastUsd: number;
  worstUsd: number;
  baselineUsd: number;
}

/**
 * Names the group of jobs, or the job, that a request is about.
 *
 * With `passed`, an apply leaves out what was to be tested and did not pass.
 */
export interface QueueGroup {
  group: string;
  passed?: boolean;
}

/** Which group is reported. Without one it is all groups of the project. */
export interface QueueAsk {
  group?: string;
}

/**
 * The current state of a job. `said` is that state in words, with `reason` if there is one.
 *
 * `line` is the first line that it was queued for, counted from 0. `edit_id` names its proposal.
 */
export interface QueueJob {
  id: string;
  path: string;
  uri: string;
  line?: number;
  state: "queued" | "waiting" | "running" | "ready" | "unchanged" | "red" | "needsYou" | "refused" | "changed" | "applied" | "discarded" | "expired" | "cancelled" | "failed";
  tier?: string;
  routed?: string;
  editId?: string;
  tests?: "passed" | "red" | "redBefore" | "flaky" | "none" | "notRun";
  network?: boolean;
  costUsd: number;
  said: string;
  reason?: string;
}

/**
 * A group with its jobs, ready ones first. `line` sums up the group in one line of text.
 *
 * A list of groups leaves `jobs` empty; the report has them.
 */
export interface GroupFigures {
  id: string;
  title: string;
  line: string;
  state: "open" | "paused" | "cancelled";
  counts: Record<string, number>;
  forecastUsd: number;
  costUsd: number;
  baselineUsd: number;
  jobs: QueueJob[];
}

/** The groups, the latest first. */
export interface QueueFigures {
  groups: GroupFigures[];
}

/** A job whose proposal was not applied (or not undone), and why. */
export interface LeftJob {
  id: string;
  reason: string;
}

/** The result of an apply or undo of a group: the jobs that it changed, and the jobs it left. */
export interface GroupResolved {
  applied: string[];
  left: LeftJob[];
}

/**
 * Raise a cap by dollars, or allow one task. Without a `scope` the cap that caused the pause is
 * raised.
 */
export interface Resume {
  raiseUsd?: number;
  scope?: "day" | "project";
  allowTask?: string;
}

/** A command of the server that the operator may run now, with its one argument. */
export interface CommandOffer {
  title: string;
  command: string;
  arguments: Record<string, unknown>[];
}

/**
 * A choice of a tier (`to`) that the operator made and that holds now.
 *
 * `scope` says of what kind `key` is: a session, project, file, action or tier.
 */
export interface Pin {
  scope: Scope;
  key: string;
  to: string;
}

/**
 * The status of an editor window, as its status line shows it.
 *
 * `needs_key` names the environment variable of an API key that is missing. Until it is set, or
 * rehearsal is chosen, its tier answers nothing. `team` are lines of text on what a team may spend
 * and has spent.
 */
export interface Status {
  kind: StatusKind;
  text: string;
  tooltip: string;
  tier?: string;
  routed?: string;
  confidence?: number;
  state?: TaskState;
  pins: Pin[];
  spentTodayUsd: number;
  reservedUsd: number;
  dayUsd?: number;
  spentProjectUsd: number;
  projectUsd?: number;
  spentHourUsd?: number;
  hourUsd?: number;
  level: BudgetLevel;
  command?: CommandOffer;
  needsKey?: string;
  team?: string[];
}

/** Tells that the spend of a budget crossed a threshold. `state` is the state it has now. */
export interface BudgetChanged {
  scope: "day" | "night" | "project" | "hour";
  state: BudgetLevel;
  spentUsd: number;
  limitUsd?: number;
}

export interface Requests {
  "tierwise/task/start": { params: TaskStart; result: Started };
  "tierwise/task/cancel": { params: TaskId; result: boolean };
  "tierwise/task/sent": { params: TaskId; result: Sent };
  "tierwise/chat/send": { params: ChatSend; result: ChatReply };
  "tierwise/chat/project": { params: ChatSend; result: ProjectContext };
  "tierwise/chat/focus": { params: ChatSend; result: FocusContext };
  "tierwise/chat/get": { params: ChatGet; result: Conversation };
  "tierwise/chat/retract": { params: ChatRetract; result: boolean };
  "tierwise/chat/delete": { params: ChatGet; result: boolean };
  "tierwise/chat/list": { params: ChatList; result: Conversations };
  "tierwise/chat/apply": { params: ChatApply; result: BlockOffered };
  "tierwise/route/explain": { params: Explain; result: Explained };
  "tierwise/route/override": { params: Override; result: Decision | null };
  "tierwise/route/choices": { params: ChoicesAsk; result: Choices };
  "tierwise/dial/get": { params: DialAsk; result: Dial };
  "tierwise/dial/turn": { params: DialTurn; result: Dial };
  "tierwise/edit/get": { params: EditId; result: EditGot };
  "tierwise/edit/resolve": { params: EditResolve; result: Resolved };
  "tierwise/status": { params: null; result: Status };
  "tierwise/history/query": { params: HistoryAsk; result: History };
  "tierwise/usage/query": { params: UsageAsk; result: UsageFigures };
  "tierwise/report/make": { params: ReportAsk; result: ReportPage };
  "tierwise/queue/add": { params: QueueAdd; result: Queued };
  "tierwise/queue/list": { params: null; result: QueueFigures };
  "tierwise/queue/report": { params: QueueAsk; result: QueueFigures };
  "tierwise/queue/apply": { params: QueueGroup; result: GroupResolved };
  "tierwise/queue/undo": { params: QueueGroup; result: GroupResolved };
  "tierwise/queue/cancel": { params: QueueGroup; result: number };
}

export interface FromClient {
  "tierwise/edit/didShow": { params: EditId; result: void };
  "tierwise/outcome/record": { params: RecordOutcome; result: void };
  "tierwise/trust/didChange": { params: TrustChange; result: void };
  "tierwise/window/didFocus": { params: null; result: void };
}

export interface ToClient {
  "tierwise/task/didChange": { params: TaskChanged; result: void };
  "tierwise/chat/didStream": { params: Streamed; result: void };
  "tierwise/status/didChange": { params: Status; result: void };
  "tierwise/budget/didChange": { params: BudgetChanged; result: void };
}

export interface Commands {
  "tierwise.task.start": { params: TaskStart; result: Started };
  "tierwise.task.cancel": { params: TaskId; result: boolean };
  "tierwise.task.rerunOn": { params: Rerun; result: Started };
  "tierwise.task.showSent": { params: TaskId; result: boolean };
  "tierwise.edit.apply": { params: EditId; result: Resolved };
  "tierwise.edit.discard": { params: EditId; result: Resolved };
  "tierwise.edit.showDiff": { params: EditId; result: boolean };
  "tierwise.edit.undo": { params: EditId; result: Resolved };
  "tierwise.route.override": { params: Override; result: Decision | null };
  "tierwise.route.rate": { params: Rate; result: boolean };
  "tierwise.budget.resume": { params: Resume; result: Status };
  "tierwise.queue.add": { params: QueueAdd; result: Queued };
}
