/** First, back, play to the next breakpoint, forward, last; where that is in the run, and what it has cost by now. */

import { duration, exact } from "../format.js";
import { html } from "../html.js";
import { dollars } from "../money.js";
import { Icon } from "./icon.js";
import { StepScrub } from "./step-scrub.js";

/** @typedef {import("../step-lines.js").StepLines} StepLines */
/** @typedef {import("../step-play.js").Play} Play */

/** @param {{lines: StepLines, here: number, stops: ReadonlySet<number>, play: Play, choose: (index: number) => void}} props */
export function StepPlayer({ lines, here, stops, play, choose }) {
  const { steps } = lines;
  const last = steps.size - 1;
  return html`<section class="player" aria-label="Step player">
    <div class="keys wide">
      <${Key} icon="first" name="First step" keys="home" isOff=${here === 0} run=${() => choose(0)} />
      <${Key} icon="left" name="Step back" keys="←" isOff=${here === 0} run=${() => choose(here - 1)} />
      <${PlayKey} play=${play} />
      <${Key} icon="right" name="Step forward" keys="→" isOff=${here === last} run=${() => choose(here + 1)} />
      <${Key} icon="last" name="Last step" keys="end" isOff=${here === last} run=${() => choose(last)} /></div>
    <${Speed} play=${play} />
    <div class="where wide" aria-live=${play.isPlaying ? "off" : "polite"}><b>Step ${exact(here + 1)}</b> <span class="dim">of ${exact(steps.size)}</span></div>
    <${StepScrub} lines=${lines} here=${here} stops=${stops} glide=${play.isPlaying ? play.dwell(here) : 0} choose=${choose} />
    <div class="sofar num wide"><${SoFar} steps=${steps} here=${here} isWhole /></div></section>`;
}

/** The same at the thumb. @param {{lines: StepLines, here: number, play: Play, choose: (index: number) => void}} props */
export function StepThumbs({ lines, here, play, choose }) {
  const { steps } = lines;
  return html`<div class="pbar phone">
    <${Key} icon="left" name="Step back" isOff=${here === 0} run=${() => choose(here - 1)} /><${PlayKey} play=${play} /><${Key} icon="right" name="Step forward" isOff=${here === steps.size - 1} run=${() => choose(here + 1)} />
    <span class="num"><b>${exact(here + 1)}</b> <span class="dim">of ${exact(steps.size)}</span></span><span class="grow"></span><span class="num"><${SoFar} steps=${steps} here=${here} /></span></div>`;
}

/** @param {{icon: string, name: string, keys?: string, isOff: boolean, run: () => void}} props  A step that does not exist is no reason to lose the focus: the button stays. */
const Key = ({ icon, name, keys, isOff, run }) => html`<button type="button" class="btn icon quiet" aria-label=${name} title=${keys ? `${name}  ${keys}` : name} aria-disabled=${isOff ? "true" : "false"} onClick=${() => !isOff && run()}><${Icon} name=${icon} /></button>`;

/** @param {{play: Play}} props */
const PlayKey = ({ play }) => html`<button type="button" class="btn icon solid" aria-label=${play.isPlaying ? "Pause" : "Play"} title=${play.isPlaying ? "Pause  space" : "Play to the next breakpoint  space"} onClick=${play.toggle}><${Icon} name=${play.isPlaying ? "pause" : "play"} /></button>`;

/** @param {{play: Play}} props */
const Speed = ({ play }) => html`<label class="speed wide" title="How fast it plays"><span class="sr">Speed</span><select value=${play.speed} onChange=${(/** @type {Event} */ event) => play.setSpeed(/** @type {HTMLSelectElement} */ (event.target).value)}>
  ${play.speeds.map(([name, words]) => html`<option key=${name} value=${name} selected=${name === play.speed}>${words}</option>`)}</select></label>`;

/** @param {{steps: import("../steps.js").Steps, here: number, isWhole?: boolean}} props */
function SoFar({ steps, here, isWhole = false }) {
  const [cost, all] = [steps.cost[here] ?? NaN, steps.cost.at(-1) ?? NaN];
  const { end } = steps.at(here);
  const isUnknown = Number.isNaN(all) && steps.trace.facts.cost_usd === null;
  const money = isUnknown ? "–" : dollars(Number.isNaN(cost) ? 0 : cost);
  if (!isWhole) return html`<b>${money}</b> <span class="dim">${duration(end / 1000) || "0 ms"}</span>`;
  return html`<b>${money}</b><span class="dim">${isUnknown ? " no price known" : ` of ${dollars(Number.isNaN(all) ? 0 : all)}`}</span><br /><span class="soft">${duration(end / 1000) || "0 ms"}</span><span class="dim"> of ${duration(steps.end / 1000)}</span>`;
}
