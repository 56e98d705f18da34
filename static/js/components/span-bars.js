/** The shape of a trace in a line of a list: its longest spans as bars in time, each on a line of its own, what failed in red. */

import { html } from "../html.js";
import { GLYPHS } from "./icon.js";

const WIDTH = 1000; // as the API tells them: thousandths
const HEIGHT = 24;
const THICKEST = 4;
const THINNEST_SHARE = 0.75; // of a line of its own
const SHORTEST = 12;

/** @param {{bars: readonly [number, number, string, boolean][], label: string}} props  start, length, type, whether it failed */
export function SpanBars({ bars, label }) {
  const step = HEIGHT / Math.max(4, bars.length);
  const thick = Math.min(THICKEST, Math.max(1, step * THINNEST_SHARE));
  /** @type {Map<string, string>} */
  const paths = new Map();
  for (const [at, [start, length, type, failed]] of bars.entries()) {
    const look = failed ? "error" : GLYPHS[type] ?? "custom";
    const wide = Math.max(SHORTEST, Math.min(length, WIDTH - start));
    paths.set(look, `${paths.get(look) ?? ""}M${Math.min(start, WIDTH - wide)} ${(at * step).toFixed(2)}h${wide}v${thick.toFixed(2)}h${-wide}z`);
  }
  return html`<svg class="shape" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${label}>
    ${[...paths].map(([look, path]) => html`<path key=${look} class=${`t-${look}`} d=${path} />`)}</svg>`;
}
