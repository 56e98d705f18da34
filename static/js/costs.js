/** What money was spent on: the ways to group it, what changed in it, and the lines that name a price. Pure. */

/** @typedef {{requests: number, cost_usd: number | null}} Before */
/** @typedef {{requests: number, input_tokens: number, output_tokens: number, cache_read_tokens: number, cost_usd: number | null, unpriced: number, before: Before}} Spent */
/** @typedef {Spent & {key: string | null, version: string | null}} SpentItem */
/** @typedef {{by: string, groups: number, total: Spent, items: SpentItem[], from: string, to: string}} Costs */
/** @typedef {{above_input_tokens: number, input: number, output: number, cache_read: number, cache_write: number, reasoning: number}} Rates  in USD per million tokens */
/** @typedef {{source: string, version: string, provider: string | null, model: string, matched: string, since: string | null, remarks: string | null, rates: Rates[]}} Price */
/** @typedef {{provider: string | null, model: string | null, calls: number, unpriced: number, uncounted: number, input_tokens: number, output_tokens: number,
 *   cache_read_tokens: number, cost_usd: number | null, then_usd: number, then_uncached_usd: number}} Moved */

/**
 * `by`: what /costs calls it. `series`: what /stats/timeseries calls it. `filter`: the filter it is.
 * @typedef {{by: string, series: string, filter: string, title: string, none: string}} Group
 */

/** @type {readonly Group[]} */
export const GROUPS = [
  { by: "model", series: "model", filter: "model", title: "Model", none: "no model named" },
  { by: "provider", series: "provider", filter: "provider", title: "Provider", none: "no provider named" },
  { by: "user", series: "user_id", filter: "user_id", title: "User", none: "no user" },
  { by: "session", series: "session_id", filter: "session_id", title: "Session", none: "no session" },
  { by: "tag", series: "tag", filter: "tag", title: "Tag", none: "no tag" },
  { by: "prompt", series: "prompt", filter: "prompt", title: "Prompt", none: "no prompt named" },
  { by: "release", series: "release", filter: "release", title: "Release", none: "no release" },
  { by: "name", series: "name", filter: "name", title: "Call", none: "no name" },
];

/** @param {string | null} by */
export const groupOf = (by) => /** @type {Group} */ (GROUPS.find((group) => group.by === by) ?? GROUPS[0]);

/** @param {SpentItem} item @param {Group} group */
export const nameOf = (item, group) => (item.key === null ? group.none : item.key);

/** One request, on average. @param {{cost_usd: number | null, requests: number}} spent */
export const each = ({ cost_usd, requests }) => (cost_usd === null || !requests ? null : cost_usd / requests);

/** Enough to speak of: a tenth of before, and a cent. @param {number} now @param {number} before */
const isMuch = (now, before) => Math.abs(now - before) >= Math.max(0.01, before / 10);

/**
 * What changed: the whole, and the group most of the change came from, if one alone explains half of it.
 * @param {Costs} costs @returns {{now: number, before: number, mover: SpentItem | null, moved: number} | null}
 */
export function changeOf({ total, items }) {
  const now = total.cost_usd ?? 0;
  const before = total.before.cost_usd ?? 0;
  if (!before || !isMuch(now, before)) return null;
  let [mover, moved] = [/** @type {SpentItem | null} */ (null), 0];
  for (const item of items) {
    const by = (item.cost_usd ?? 0) - (item.before.cost_usd ?? 0);
    if (item.key !== null && by / (now - before) > moved / (now - before)) [mover, moved] = [item, by];
  }
  return { now, before, mover: moved / (now - before) >= 0.5 ? mover : null, moved };
}

const NARROW = 1 / 12;
const HALF = 0.5;
const SLOPE = 0.25; // what borders on it and is at least so high belongs to it

/**
 * A short time, at most a twelfth of the range, in which half of the money went; and the group that took most of it.
 * @param {{buckets: string[], series: {key: string | null, other: boolean, values: (number | null)[]}[]} | undefined} chart
 * @returns {{from: number, to: number, share: number, cost: number, key: string | null, taken: number} | null}
 */
export function spikeOf(chart) {
  const starts = (chart?.buckets ?? []).map(Date.parse);
  const width = Math.floor(starts.length * NARROW);
  const sums = starts.map((_, at) => (chart?.series ?? []).reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
  const whole = sums.reduce((sum, value) => sum + value, 0);
  if (width < 1 || whole < 0.01) return null;
  /** @param {readonly (number | null)[]} values @param {number} from @param {number} many */
  const sumOf = (values, from, many) => values.slice(from, from + many).reduce((/** @type {number} */ sum, value) => sum + (value ?? 0), 0);
  for (let many = 1; many <= width; many += 1) {
    let best = 0;
    for (let at = 1; at + many <= sums.length; at += 1) if (sumOf(sums, at, many) > sumOf(sums, best, many)) best = at;
    if (sumOf(sums, best, many) / whole < HALF) continue;
    const edge = (sumOf(sums, best, many) / many) * SLOPE;
    let [first, last] = [best, best + many];
    while ((sums[first - 1] ?? 0) >= edge) first -= 1;
    while ((sums[last] ?? 0) >= edge) last += 1;
    const cost = sumOf(sums, first, last - first);
    const [top] = (chart?.series ?? []).filter(({ other }) => !other).map(({ key, values }) => ({ key, taken: sumOf(values, first, last - first) })).sort((one, two) => two.taken - one.taken);
    const step = /** @type {number} */ (starts[1]) - /** @type {number} */ (starts[0]);
    const from = /** @type {number} */ (starts[first]);
    return { from, to: from + (last - first) * step, share: cost / whole, cost, key: top?.key ?? null, taken: top?.taken ?? 0 };
  }
  return null;
}

/** A text as TOML takes it. @param {string} text */
const quoted = (text) => JSON.stringify(text).replaceAll("\u007f", "\\u007F");

/**
 * The lines for lynex.toml. Amounts in USD per million tokens, as written; one that is missing shows that it is, and is no TOML: a price
 * that nobody gave must not become zero.
 * @param {{model: string, provider: string | null, input: string, output: string, cached: string}} price
 */
export function priceLines({ model, provider, input, output, cached }) {
  const lines = ["[[prices]]", `model = ${quoted(model)}`];
  if (provider) lines.push(`provider = ${quoted(provider)}`);
  lines.push(`input = ${input || "…"}  # USD per million input tokens`, `output = ${output || "…"}  # USD per million output tokens`);
  if (cached) lines.push(`cache_read = ${cached}  # USD per million cached input tokens`);
  return lines.join("\n");
}

/** Whether it is an amount of dollars as TOML reads it. @param {string} typed */
export const isAmount = (typed) => /^\d{1,9}(\.\d{1,9})?$/.test(typed);

/**
 * The sums of what is moved and what stays, over models whose cost today is known throughout.
 * @param {readonly Moved[]} items @param {ReadonlySet<string>} kept  those that stay where they are
 */
export function sumsOf(items, kept) {
  const known = items.filter((item) => isComparable(item));
  const moved = known.filter((item) => !kept.has(idOf(item)));
  const now = known.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0);
  /** @param {"then_usd" | "then_uncached_usd"} figure */
  const then = (figure) => now + moved.reduce((sum, item) => sum + item[figure] - (item.cost_usd ?? 0), 0);
  return { now, then: then("then_usd"), uncached: then("then_uncached_usd"), cached: moved.reduce((sum, item) => sum + item.cache_read_tokens, 0) };
}

/** @param {Moved} item */
export const isComparable = ({ cost_usd, unpriced }) => cost_usd !== null && unpriced === 0;

/** @param {{provider: string | null, model: string | null}} item */
export const idOf = ({ provider, model }) => `${provider ?? ""} ${model ?? ""}`;

/** Embeddings and the like: they write nothing, so no model that chats stands in for them. @param {Moved} item */
export const writesNothing = ({ output_tokens }) => output_tokens === 0;
