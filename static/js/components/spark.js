/** A few numbers as bars, in a line of a list: the shape of it, not its figures. */

import { html } from "../html.js";

const HEIGHT = 24;

/** @param {{values: readonly number[], label: string, look?: string}} props  `label`: the same in words */
export function Spark({ values, label, look = "" }) {
  const most = Math.max(1, ...values);
  const bars = values.map((value, at) => (value ? `M${at + 0.1} ${HEIGHT}v${-Math.max(2, (value / most) * HEIGHT).toFixed(1)}h.8V${HEIGHT}z` : "")).join("");
  return html`<svg class=${`spark ${look}`} viewBox=${`0 0 ${values.length} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${label}><title>${label}</title>
    <path class="floor" d=${`M0 ${HEIGHT - 0.5}h${values.length}v.5h${-values.length}z`} /><path d=${bars} /></svg>`;
}
