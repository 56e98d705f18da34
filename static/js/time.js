/** Times in the viewer's zone, 24 hours; UTC is one hover away. Ranges by name or from moment to moment. */

export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** @typedef {{name: string, from: number, to: number}} Span  `name` is "" for a range with fixed ends. */

/** The named ranges of the API, with the words for them. */
export const NAMED = /** @type {const} */ ([
  ["1h", "1 h", "Last hour", HOUR],
  ["24h", "24 h", "Last 24 hours", DAY],
  ["7d", "7 d", "Last 7 days", 7 * DAY],
  ["30d", "30 d", "Last 30 days", 30 * DAY],
  ["90d", "90 d", "Last 90 days", 90 * DAY],
]);
export const DEFAULT_RANGE = "24h";

/** @param {Intl.DateTimeFormatOptions} options */
const written = (options) => new Intl.DateTimeFormat("en-GB", { hourCycle: "h23", ...options });
const hms = written({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const hm = written({ hour: "2-digit", minute: "2-digit" });
const dayMonth = written({ day: "numeric", month: "short" });
const dayMonthYear = written({ day: "numeric", month: "short", year: "numeric" });
const weekday = written({ weekday: "short", day: "numeric", month: "short" });
const whole = written({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** 14:29:55. @param {string | number} moment */
export const clock = (moment) => hms.format(new Date(moment));

/** 14:29. @param {string | number} moment */
export const minutes = (moment) => hm.format(new Date(moment));

/** .204 @param {string | number} moment */
export const millis = (moment) => `.${String(new Date(moment).getMilliseconds()).padStart(3, "0")}`;

/** today 13:31 · 3 Nov · 3 Nov 2025. @param {string | number} moment */
export function day(moment) {
  const when = new Date(moment);
  const now = new Date();
  if (when.toDateString() === now.toDateString()) return `today ${hm.format(when)}`;
  return (when.getFullYear() === now.getFullYear() ? dayMonth : dayMonthYear).format(when);
}

/** Fri 20 Nov. @param {string | number} moment */
export const dayName = (moment) => weekday.format(new Date(moment));

/** 20 Nov, 14:30. @param {string | number} moment */
export const dayAndMinutes = (moment) => `${dayMonth.format(new Date(moment))}, ${hm.format(new Date(moment))}`;

/** What hovering a time tells: here, in UTC, and as a number. @param {string | number} moment */
export function everyWay(moment) {
  const when = new Date(moment);
  return `${whole.format(when)} ${ZONE}\n${typeof moment === "string" ? moment : when.toISOString()}\n${when.getTime()} ms since 1970`;
}

/** The range a query asks for; now is when it is read. @param {URLSearchParams} query @returns {Span} */
export function spanOf(query) {
  const now = Date.now();
  const from = Date.parse(query.get("from") ?? "");
  const to = Date.parse(query.get("to") ?? "");
  if (Number.isFinite(from)) {
    const end = Number.isFinite(to) && to > from ? to : Math.max(now, from + MINUTE);
    return { name: "", from, to: end };
  }
  const named = NAMED.find(([name]) => name === query.get("range")) ?? NAMED.find(([name]) => name === DEFAULT_RANGE);
  const [name, , , length] = /** @type {typeof NAMED[number]} */ (named);
  return { name, from: now - length, to: now };
}

/** What the API is asked: by name where there is one, so that now stays now. @param {Span} span @returns {Record<string, string>} */
export function rangeParams(span) {
  if (span.name) return { range: span.name };
  return { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() };
}

/** The range just as long, just before. @param {Span} span @returns {Record<string, string>} */
export function rangeBefore(span) {
  const amount = span.name.match(/^(\d+)([hd])$/);
  if (amount) return { from: `-${2 * Number(amount[1])}${amount[2]}`, to: `-${amount[1]}${amount[2]}` };
  return { from: new Date(2 * span.from - span.to).toISOString(), to: new Date(span.from).toISOString() };
}

/** Last 24 hours · 20 Nov, 14:30 → 21 Nov, 09:00. @param {Span} span */
export function rangeWords(span) {
  const named = NAMED.find(([name]) => name === span.name);
  if (named) return named[2];
  const isOneDay = new Date(span.from).toDateString() === new Date(span.to).toDateString();
  const isToday = new Date(span.to).toDateString() === new Date().toDateString();
  if (isOneDay) return `${isToday ? "Today" : dayName(span.from)}, ${minutes(span.from)} → ${minutes(span.to)}`;
  return `${dayAndMinutes(span.from)} → ${dayAndMinutes(span.to)}`;
}

/** "the hour before", for a comparison. @param {Span} span */
export function rangeBeforeWords(span) {
  /** @type {Record<string, string>} */
  const words = { "1h": "the hour before", "24h": "the day before", "7d": "the week before", "30d": "the 30 days before", "90d": "the 90 days before" };
  return words[span.name] ?? "the same time before";
}

const STEPS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY];

/** Round moments of the viewer's clock for an axis, at most so many. @param {number} from @param {number} to @param {number} most */
export function ticks(from, to, most) {
  const step = STEPS.find((size) => (to - from) / size <= most) ?? (to - from) / most;
  const shift = new Date(from).getTimezoneOffset() * MINUTE;
  const found = [];
  for (let at = Math.ceil((from - shift) / step) * step + shift; at <= to; at += step) found.push(at);
  return found;
}

/** What stands at such a moment, in a range so long. @param {number} at @param {number} length */
export function tickWords(at, length) {
  if (length > 3 * DAY) return dayMonth.format(new Date(at));
  const isMidnight = hm.format(new Date(at)) === "00:00";
  return isMidnight && length > 6 * HOUR ? dayMonth.format(new Date(at)) : hm.format(new Date(at));
}
