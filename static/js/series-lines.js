/** From the series of an answer to the lines of a chart: the largest by name and colour, the rest as one where it adds up. */

const MOST_COLOURS = 6;

/** @typedef {{key: string | null, other: boolean, values: (number | null)[]}} Series */
/** @typedef {import("./components/time-chart.js").Line} Line */

/** The largest of what adds up, each worth a hundredth of all; the rest as one. @param {readonly Series[]} series @param {string} none  what the group without a name is called @returns {Line[]} */
export function stackedLines(series, none) {
  const totals = new Map(series.map((one) => [one, one.values.reduce((/** @type {number} */ sum, value) => sum + (value ?? 0), 0)]));
  const whole = [...totals.values()].reduce((sum, value) => sum + value, 0);
  const some = series.filter((one) => (totals.get(one) ?? 0) > 0);
  const named = some.filter((one) => !one.other && (totals.get(one) ?? 0) >= whole / 100).slice(0, MOST_COLOURS);
  const rest = some.filter((one) => !named.includes(one));
  const lines = named.map((one, index) => coloured(one, none, index));
  if (!rest.length) return lines;
  const summed = (rest[0]?.values ?? []).map((_, index) => rest.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  return [...lines, { label: "other", values: summed, colour: "--series-other" }];
}

/** The largest groups of what does not add up; there is no line for the rest. @param {readonly Series[]} series @param {string} none @returns {Line[]} */
export const separateLines = (series, none) => series.filter(({ other }) => !other).slice(0, MOST_COLOURS).map((one, index) => coloured(one, none, index));

/** @param {Series} series @param {string} none @param {number} index @returns {Line} */
const coloured = ({ key, values }, none, index) => ({ label: key ?? none, values, colour: `--series-${index + 1}` });

/** What is left of all without a part of it. @param {(number | null)[] | undefined} all @param {(number | null)[] | undefined} part */
export const minus = (all = [], part = []) => all.map((value, index) => Math.max(0, (value ?? 0) - (part[index] ?? 0)));

/** Where the last bucket of an answer ends, in ms. @param {{buckets: string[], to: string} | undefined} answer */
export function endOf(answer) {
  const starts = (answer?.buckets ?? []).map(Date.parse);
  const [last, previous] = [starts.at(-1), starts.at(-2)];
  if (last === undefined) return 0;
  return previous === undefined ? Math.max(last + 1, Date.parse(answer?.to ?? "")) : last + (last - previous);
}

/** What an interval is called: 30 min, hour. @param {string} interval */
export const intervalWords = (interval) => interval.replace(/^1(?=[a-z])/, "").replace(/m$/, " min").replace(/h$/, " hour").replace(/d$/, " day").trim();
