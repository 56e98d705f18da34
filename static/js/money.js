/** US dollars, written one way. An unknown price is "–", never $0. */

const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** $271.38 · $0.0702 · <$0.0001 · $0. @param {number | null | undefined} value */
export function dollars(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "$0";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size >= 100_000) return `${sign}$${whole.format(size)}`;
  if (size >= 1) return `${sign}$${cents.format(size)}`;
  return size < 0.0001 ? `${sign}<$0.0001` : `${sign}$${size.toFixed(4)}`;
}

/** A round amount on an axis. @param {number} value */
export function dollarsOnAxis(value) {
  if (value === 0) return "$0";
  if (value >= 1000) return `$${(value / 1000).toFixed(value % 1000 ? 1 : 0)}k`;
  return `$${Number(value.toPrecision(3))}`;
}
