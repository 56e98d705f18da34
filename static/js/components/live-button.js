/** Live: whether new events come in, how many a second, and the way to pause them. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { html } from "../html.js";

/** @param {{timeline: import("../timeline.js").Timeline, state: string, isPaused: boolean, toggle: () => void}} props */
export function LiveButton({ timeline, state, isPaused, toggle }) {
  const [rate, setRate] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setRate(timeline.rate()), 1000);
    return () => clearInterval(timer);
  }, [timeline]);
  const word = state === "lost" ? "Connecting again" : isPaused ? "Paused" : "Live";
  return html`<button type="button" class="btn live" data-state=${state} aria-pressed=${isPaused || state === "lost" ? "false" : "true"} title=${isPaused ? "Resume (.)" : "Pause (.)"} onClick=${toggle}>
    <i></i>${word}${!isPaused && state !== "lost" && html`<span class="num rate">${rate < 10 ? rate.toFixed(1).replace(".0", "") : Math.round(rate)}/s</span>`}</button>`;
}
