/** Times in plain English: "yesterday", "last 3 hours", "since Monday 14:00". Pure: the same words and now always mean the same. */

import { DAY, HOUR, MINUTE, NAMED } from "./time.js";

/** @typedef {{from: number, to: number}} Stretch */
/** @typedef {{range: string} | {from: number, to: number | null}} When  `to` null: until now, whenever that is */

const NUMBERS = /** @type {Readonly<Record<string, number>>} */ ({ a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, twelve: 12, twenty: 20, thirty: 30, couple: 2, few: 3 });
const LENGTHS = /** @type {Readonly<Record<string, number>>} */ ({ s: 1000, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY, month: 30 * DAY });
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const PARTS = /** @type {Readonly<Record<string, readonly [number, number]>>} */ ({ morning: [5, 12], afternoon: [12, 18], evening: [18, 24], night: [20, 30] });

const N = `\\d+|${Object.keys(NUMBERS).join("|")}`;
const LENGTH = "s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|months?";
const WEEKDAY = "(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?";
const MONTH = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const CLOCK = "(?:[01]?\\d|2[0-3])(?::[0-5]\\d)(?:\\s?[ap]m)?|(?:1[0-2]|0?[1-9])\\s?[ap]m|noon|midnight";
const PART = Object.keys(PARTS).join("|");

/** @param {string} source */
const whole = (source) => new RegExp(`(?:${source})(?![\\w-])`, "iy");

/** A stretch of time by its name. @type {readonly (readonly [RegExp, (m: RegExpMatchArray, now: Date) => Stretch | null])[]} */
const STRETCHES = [
  [whole(`(?:the )?day before yesterday`), (_, now) => day(now, -2)],
  [whole(`(?:this|today|yesterday|last)(?:'s)? (${PART})|tonight`), (m, now) => {
    const isBefore = /^(yesterday|last)/i.test(m[0]);
    const [from, to] = PARTS[m[1]?.toLowerCase() ?? "night"] ?? [0, 24];
    const midnight = day(now, isBefore ? -1 : 0).from;
    return { from: hoursAfter(midnight, from), to: hoursAfter(midnight, to) };
  }],
  [whole("today"), (_, now) => day(now, 0)],
  [whole("yesterday"), (_, now) => day(now, -1)],
  [whole(`(${N})(?: of)? ?(${LENGTH}) ago`), (m, now) => {
    const [amount, length] = [numberOf(m[1]), lengthOf(m[2])];
    if (length >= DAY) return day(now, -Math.round((amount * length) / DAY));
    const at = now.getTime() - amount * length;
    return { from: at - length / 2, to: Math.min(now.getTime(), at + length / 2) };
  }],
  [whole("(this|current|last|previous) (week|weekend|month|year)"), (m, now) => calendar(String(m[2]).toLowerCase(), now, /^(this|current)/i.test(m[0]) ? 0 : -1)],
  [whole(`(?:last |this |on )?(${WEEKDAY})`), (m, now) => {
    const wanted = DAYS.indexOf(String(m[1]).slice(0, 3).toLowerCase());
    return day(now, -((now.getDay() - wanted + 7) % 7 || 7));
  }],
  [whole("(\\d{4})-(\\d\\d)-(\\d\\d)"), (m) => dayOf(new Date(Number(m[1]), Number(m[2]) - 1, Number(m[3])))],
  [whole(`(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${MONTH})(?: (\\d{4}))?`), (m, now) => dayOfMonth(now, m[1], m[2], m[3])],
  [whole(`(${MONTH}) (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?`), (m, now) => dayOfMonth(now, m[2], m[1], m[3])],
  [whole(`(?:in )(${MONTH})(?: (\\d{4}))?`), (m, now) => {
    const month = monthOf(m[1]);
    const year = m[2] ? Number(m[2]) : now.getFullYear() - (month > now.getMonth() ? 1 : 0);
    return { from: new Date(year, month, 1).getTime(), to: new Date(year, month + 1, 1).getTime() };
  }],
];

const ROLLING = whole(`(?:(?:in|over|during|within|for|from) )?(?:the )?(?:last|past|previous) (?:(${N})(?: of)? ?)?(${LENGTH})`);
const SINCE = /(?:since|after|starting|from)\s+(?:the\s+)?/iy;
const UNTIL = /(?:until|till|before|up to)\s+(?:the\s+)?/iy;
const FROM = /(?:between|from)\s+/iy;
const TO = /\s*(?:and|to|until|till|through|-|–)\s*/iy;
const AT = whole(`(at|around|about) (${CLOCK})`);
const ON = /(?:on|in|during|from|of)\s+(?:the\s+)?/iy;
const AROUND = { at: 15 * MINUTE, around: 30 * MINUTE, about: 30 * MINUTE };
const FAR_BACK = 90; // days

/**
 * The time the text tells at a place, and how long that is; null: none.
 * @param {string} text @param {number} place @param {Date} now @param {Stretch | null} [within]  the day that was told before: clock times are of it
 * @returns {{when: When, length: number} | null}
 */
export function timeAt(text, place, now, within = null) {
  const rolling = at(ROLLING, text, place);
  if (rolling && (rolling[1] || !/(last|previous) (week|month)$/i.test(rolling[0]))) {
    const length = (rolling[1] ? numberOf(rolling[1]) : 1) * lengthOf(rolling[2]);
    return { when: lately(length, now), length: rolling[0].length };
  }
  const pair = fromTo(text, place, now, within);
  if (pair) return pair;
  const around = at(AT, text, place);
  if (around) {
    const moment = clockOn(around[2], within, now);
    const reach = AROUND[/** @type {keyof typeof AROUND} */ (around[1]?.toLowerCase())];
    return { when: { from: moment - reach, to: moment + reach }, length: around[0].length };
  }
  return bounded(text, place, now, within);
}

/** "from … to …", "between … and …". @param {string} text @param {number} place @param {Date} now @param {Stretch | null} within @returns {{when: When, length: number} | null} */
function fromTo(text, place, now, within) {
  const lead = at(FROM, text, place)?.[0].length ?? 0;
  const start = lead ? momentAt(text, place + lead, now, within) : null;
  const joint = start && at(TO, text, place + lead + start.length);
  if (!start || !joint) return null;
  const middle = place + lead + start.length + joint[0].length;
  const end = momentAt(text, middle, now, dayOf(new Date(start.from)));
  const to = end && (end.isDay ? end.to : end.from);
  return end && to && to > start.from ? { when: { from: start.from, to: to > now.getTime() ? null : to }, length: middle + end.length - place } : null;
}

/** "since …", "until …", or the stretch itself. @param {string} text @param {number} place @param {Date} now @param {Stretch | null} within @returns {{when: When, length: number} | null} */
function bounded(text, place, now, within) {
  const since = at(SINCE, text, place);
  const start = since && momentAt(text, place + since[0].length, now, within);
  if (since && start && !(/^from/i.test(since[0]) && start.isDay)) return { when: { from: start.from, to: null }, length: since[0].length + start.length };
  const until = at(UNTIL, text, place);
  const end = until && momentAt(text, place + until[0].length, now, within);
  if (until && end) return { when: { from: end.isDay ? day(new Date(end.from), -FAR_BACK).from : dayOf(new Date(end.from)).from, to: end.from }, length: until[0].length + end.length };
  const here = stretchAt(text, place, now);
  const lead = here ? 0 : at(ON, text, place)?.[0].length ?? 0;
  const found = lead ? stretchAt(text, place + lead, now) : here;
  if (!found || found.stretch.from >= now.getTime()) return null;
  const { from, to } = found.stretch;
  return { when: { from, to: to > now.getTime() ? null : to }, length: lead + found.length };
}

/** @param {string} text @param {number} place @param {Date} now @param {Stretch | null} within @returns {{from: number, to: number, length: number, isDay: boolean} | null}  `isDay`: not a time of the clock */
function momentAt(text, place, now, within) {
  const found = stretchAt(text, place, now);
  if (found) {
    const clock = at(whole(`(?: at)? (${CLOCK})`), text, place + found.length);
    if (!clock) return { ...found.stretch, length: found.length, isDay: !/ago$/i.test(text.slice(place, place + found.length)) };
    const moment = clockOn(clock[1], found.stretch, now);
    return { from: moment, to: moment, length: found.length + clock[0].length, isDay: false };
  }
  const clock = at(whole(CLOCK), text, place);
  if (!clock) return null;
  const moment = clockOn(clock[0], within, now);
  return { from: moment, to: moment, length: clock[0].length, isDay: false };
}

/** @param {string} text @param {number} place @param {Date} now @returns {{stretch: Stretch, length: number} | null} */
function stretchAt(text, place, now) {
  for (const [pattern, told] of STRETCHES) {
    const found = at(pattern, text, place);
    const stretch = found && told(found, now);
    if (found && stretch) return { stretch, length: found[0].length };
  }
  return null;
}

/** @param {RegExp} pattern  sticky @param {string} text @param {number} place */
function at(pattern, text, place) {
  pattern.lastIndex = place;
  return pattern.exec(text);
}

/** The last so many milliseconds: by its name where the range has one. @param {number} length @param {Date} now @returns {When} */
function lately(length, now) {
  const named = NAMED.find((one) => one[3] === length);
  return named ? { range: named[0] } : { from: now.getTime() - length, to: null };
}

/** @param {Date} now @param {number} by  days @returns {Stretch} */
const day = (now, by) => dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() + by));

/** @param {Date} at @returns {Stretch} */
const dayOf = (at) => ({ from: new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime(), to: new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1).getTime() });

/** @param {number} midnight @param {number} hours  of the clock, also past 24 */
function hoursAfter(midnight, hours) {
  const at = new Date(midnight);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate(), hours).getTime();
}

/** @param {string} unit @param {Date} now @param {number} by @returns {Stretch | null} */
function calendar(unit, now, by) {
  const [year, month, date] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const monday = date - ((now.getDay() + 6) % 7);
  /** @param {Date} from @param {Date} to */
  const stretch = (from, to) => ({ from: from.getTime(), to: to.getTime() });
  if (unit === "week") return stretch(new Date(year, month, monday + 7 * by), new Date(year, month, monday + 7 * by + 7));
  if (unit === "weekend") return stretch(new Date(year, month, monday + 7 * by + 5), new Date(year, month, monday + 7 * by + 7));
  if (unit === "month") return stretch(new Date(year, month + by, 1), new Date(year, month + by + 1, 1));
  return stretch(new Date(year + by, 0, 1), new Date(year + by + 1, 0, 1));
}

/** @param {Date} now @param {string | undefined} date @param {string | undefined} month @param {string | undefined} year @returns {Stretch | null} */
function dayOfMonth(now, date, month, year) {
  if (Number(date) < 1 || Number(date) > 31) return null;
  const at = new Date(year ? Number(year) : now.getFullYear(), monthOf(month), Number(date));
  return dayOf(!year && at.getTime() > now.getTime() ? new Date(at.getFullYear() - 1, at.getMonth(), at.getDate()) : at);
}

/** @param {string | undefined} word */
const monthOf = (word) => MONTHS.indexOf(String(word).slice(0, 3).toLowerCase());

/** @param {string | undefined} word */
const numberOf = (word) => NUMBERS[String(word).toLowerCase()] ?? Number(word);

/** @param {string | undefined} word */
function lengthOf(word) {
  const text = String(word).toLowerCase();
  return LENGTHS[text.startsWith("mo") ? "month" : text[0] ?? ""] ?? HOUR;
}

/** A time of the clock on the day told, else the last time it struck. @param {string | undefined} text @param {Stretch | null} within @param {Date} now */
function clockOn(text, within, now) {
  const word = String(text).toLowerCase();
  const [, hour = "0", minute = "0", half = ""] = word.match(/^(\d{1,2})(?::(\d\d))?\s?([ap]m)?$/) ?? [];
  const hours = word === "noon" ? 12 : word === "midnight" ? 0 : half ? (Number(hour) % 12) + (half === "pm" ? 12 : 0) : Number(hour);
  const base = new Date(within?.from ?? now.getTime());
  const moment = new Date(base.getFullYear(), base.getMonth(), base.getDate(), hours, Number(minute)).getTime();
  return !within && moment > now.getTime() ? new Date(base.getFullYear(), base.getMonth(), base.getDate() - 1, hours, Number(minute)).getTime() : moment;
}
