/**
 * The settings of the editor and how each reaches the server.
 *
 * Whatever chooses an endpoint, a key, a tier or a binary, or could cost more, goes into a
 * configuration file that only this extension writes: over the protocol a server cannot tell a
 * user's setting from a workspace's. The rest is asked for by the server when it wants it.
 */

/** A setting as `package.json` names it, without the section, and its key in the file. */
type Key = readonly [setting: string, key: string];

/** Settings of scope `machine`: written to the file, never sent. */
export const FILED: readonly Key[] = [
  ["tiers", "tiers"],
  ["prices", "prices"],
  ["budget.dayUsd", "budget.day_usd"],
  ["budget.projectUsd", "budget.project_usd"],
  ["budget.projectPeriod", "budget.project_period"],
  ["budget.softAt", "budget.soft_at"],
  ["budget.timezone", "budget.timezone"],
  ["verify", "verify"],
  ["preference", "preference"],
  ["confidenceTarget", "confidence_target"],
  ["softTarget", "soft_target"],
  ["redoCostUsd", "redo_cost_usd"],
  ["askAboveUsd", "ask_above_usd"],
  ["secondOpinion", "second_opinion"],
  ["learning.trials", "learning.trials"],
];

/** Settings that may be sent, by the name the server has for them. */
export const SENT: readonly Key[] = [
  ["rehearsal", "rehearsal"],
  ["contentKeepDays", "contentKeepDays"],
  ["maxTier", "maxTier"],
  ["parallel", "parallel"],
  ["floors.paths", "floors.paths"],
  ["floors.actions", "floors.actions"],
  ["remap", "remap"],
  ["pins.project", "pins.project"],
  ["learning.on", "learning.on"],
  ["timeouts.connect", "timeouts.connect"],
  ["timeouts.firstEvent", "timeouts.firstEvent"],
  ["timeouts.betweenEvents", "timeouts.betweenEvents"],
  ["timeouts.attempt", "timeouts.attempt"],
  ["timeouts.task", "timeouts.task"],
  ["ignore.patterns", "ignore.patterns"],
  ["index.enabled", "index.enabled"],
  ["index.exclude", "index.exclude"],
];

/** What the operator set of a setting, or undefined where nothing was: defaults are the server's. */
export type Chosen = (setting: string) => unknown;

export interface Table {
  [key: string]: Value;
}
export type Value = string | number | boolean | Date | bigint | Value[] | Table;

/** The settings the server may be sent, nested, without those that nobody set. */
export function sent(chosen: Chosen): Table {
  return nested(SENT, chosen);
}

/** The settings of the file as the tables of a configuration file. */
export function filed(chosen: Chosen): Table {
  const found = nested(FILED, chosen);
  if (Array.isArray(found.tiers)) found.tiers = found.tiers.map(snake);
  if (Array.isArray(found.prices)) found.prices = found.prices.map(snake);
  return found;
}

/** A configuration with another's keys over it; tables are merged, everything else replaced. */
export function over(base: Table, own: Table): Table {
  const result: Table = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const before = result[key];
    result[key] = isTable(before) && isTable(value) ? over(before, value) : value;
  }
  return result;
}

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function nested(keys: readonly Key[], chosen: Chosen): Table {
  const result: Table = {};
  for (const [setting, key] of keys) {
    const value = chosen(setting);
    if (value === undefined || value === null || value === "") continue;
    const [first = key, second] = key.split(".");
    if (second === undefined) {
      result[first] = value as Value;
    } else {
      const inner = result[first];
      result[first] = { ...(isTable(inner) ? inner : {}), [second]: value as Value };
    }
  }
  return result;
}

/** A tier or a price with the file's snake_case keys; null is absence, which TOML cannot say. */
function snake(value: Value): Value {
  if (!isTable(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => (inner as Value | null) !== null);
  return Object.fromEntries(
    entries.map(([key, inner]) => [key.replace(/[A-Z0-9]+/g, (found) => `_${found.toLowerCase()}`), inner]),
  );
}
