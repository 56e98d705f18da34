/** Every way through the steps without a mouse. */

import { useKeys } from "./keyboard.js";

/**
 * @param {{steps: import("./steps.js").Steps, here: number, choose: (index: number) => void, play: import("./step-play.js").Play, addBreakpoint: () => void}} of
 */
export function useStepKeys({ steps, here, choose, play, addBreakpoint }) {
  const step = (/** @type {number} */ by) => {
    play.stop();
    choose(here + by);
  };
  /** @param {number} by */
  const failure = (by) => {
    const { failed } = steps;
    const next = by > 0 ? failed.find((index) => index > here) ?? failed[0] : failed.findLast((index) => index < here) ?? failed.at(-1);
    if (next !== undefined) choose(next);
  };
  useKeys("Steps", [
    { keys: "ArrowRight", does: "Step forward", run: () => step(1) },
    { keys: "ArrowLeft", does: "Step back", run: () => step(-1) },
    { keys: "j", does: "Step forward", run: () => step(1) },
    { keys: "k", does: "Step back", run: () => step(-1) },
    { keys: "Home", does: "First step", run: () => step(-Infinity) },
    { keys: "End", does: "Last step", run: () => step(Infinity) },
    { keys: " ", does: "Play to the next breakpoint", run: (event) => {
      if (event.target instanceof HTMLElement && event.target.closest("button, a, summary")) return event.target.click();
      play.toggle();
      return undefined;
    } },
    { keys: "e", does: "Next failure", run: () => failure(1) },
    { keys: "Shift+E", does: "Failure before", run: () => failure(-1) },
    { keys: "b", does: "Breakpoint here", run: addBreakpoint },
    { keys: "l", does: "Copy link", run: () => void navigator.clipboard.writeText(location.href) },
  ]);
}
