/** Numbers the one way they are written: counts, tokens, durations, shares. Missing is "", zero is 0. */

const THIN = "\u2009";
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const SCALES = /** @type {const} */ ([["G", 1e9], ["M", 1e6], ["k", 1e3]]);

/** Every digit, for hovering. @param {number | null | undefined} value */
export const exact = (value) => (value === null || value === undefined ? "" : grouped.format(value));

/** 4,412 · 10.2 k · 96.4 M. @param {number | null | undefined} value */
export function count(value) {
  if (value === null || value === undefined) return "";
  if (Math.abs(value) < 10_000) return grouped.format(value);
  for (const [unit, size] of SCALES) {
    if (Math.abs(value) >= size) return `${three(value / size)}${THIN}${unit}`;
  }
  return grouped.format(value);
}

/** A round amount on an axis: 500 k, 1 M. @param {number} value */
export const countOnAxis = (value) => count(value).replace(/\.0+(?=\D)|(\.\d*?)0+(?=\D)/, "$1");

/** 812 B · 14.1 MB · 3.20 GB. @param {number} size */
export function bytes(size) {
  if (size < 1000) return `${size}${THIN}B`;
  const [unit, one] = /** @type {[string, number]} */ ([["TB", 1e12], ["GB", 1e9], ["MB", 1e6], ["kB", 1e3]].find(([, least]) => size >= Number(least)));
  return `${three(size / one)}${THIN}${unit}`;
}

/** Three digits that matter. @param {number} value */
function three(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** A duration as [number, unit], so that a tile can make the unit small. @param {number | null | undefined} ms @returns {[string, string]} */
export function durationParts(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return ["", ""];
  if (ms < 1) return [ms === 0 ? "0" : "<1", "ms"];
  if (ms < 1000) return [String(Math.round(ms)), "ms"];
  const seconds = ms / 1000;
  if (seconds < 59.95) return [seconds.toFixed(seconds < 9.995 ? 2 : 1), "s"];
  const whole = Math.round(seconds);
  if (whole < 3600) return [`${Math.floor(whole / 60)}${THIN}m ${whole % 60}`, "s"];
  return [`${Math.floor(whole / 3600)}${THIN}h ${Math.floor((whole % 3600) / 60)}`, "min"];
}

/** <1 ms · 541 ms · 2.91 s · 21.8 s · 3 m 12 s. @param {number | null | undefined} ms */
export function duration(ms) {
  const [number, unit] = durationParts(ms);
  return number ? `${number}${THIN}${unit}` : "";
}

/** @param {number | null | undefined} share  0 to 1 */
export function percent(share) {
  if (share === null || share === undefined) return "";
  const value = share * 100;
  return `${value === 0 || value >= 99.995 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2)}%`;
}

/** in → out. @param {number | null | undefined} input @param {number | null | undefined} output */
export function tokens(input, output) {
  if (input === undefined && output === undefined) return "";
  return `${input === null || input === undefined ? "–" : count(input)} → ${output === null || output === undefined ? "–" : count(output)}`;
}

/**
 * How much more or less than before: text, and whether that is trouble (more is worse, by more than a tenth).
 * @param {number | null | undefined} now @param {number | null | undefined} before @param {{points?: boolean, worse?: boolean}} [how]
 * @returns {{text: string, isWorse: boolean}}
 */
export function change(now, before, { points = false, worse = false } = {}) {
  if (now === null || now === undefined || before === null || before === undefined) return { text: "", isWorse: false };
  if (points) {
    const difference = (now - before) * 100;
    if (Math.abs(difference) < 0.005) return { text: "no change", isWorse: false };
    return { text: `${signed(difference, Math.abs(difference) < 10 ? 2 : 1)}${THIN}pt`, isWorse: worse && difference >= 0.5 };
  }
  if (before === 0) return { text: now === 0 ? "no change" : "none before", isWorse: false };
  const share = (now / before - 1) * 100;
  if (Math.abs(share) < 0.05) return { text: "no change", isWorse: false };
  if (share >= 900) return { text: `${three(now / before)}× before`, isWorse: worse };
  return { text: `${signed(share, Math.abs(share) < 10 ? 1 : 0)}%`, isWorse: worse && share >= 10 };
}

/** @param {number} value @param {number} digits */
const signed = (value, digits) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;

/** Long ids lose their middle; what is copied is whole. @param {string} id */
export const shortened = (id) => (id.length <= 20 ? id : `${id.slice(0, 9)}…${id.slice(-7)}`);

/** @param {number} number @param {string} one @param {string} [many] */
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/** A round duration on an axis: 0, 250 ms, 12.5 s. @param {number} ms */
export const durationOnAxis = (ms) => (ms === 0 ? "0" : ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1000).toPrecision(3))} s`);

/** A round share on an axis: 0%, 2.5%. @param {number} share */
export const percentOnAxis = (share) => `${Number((share * 100).toPrecision(3))}%`;
