/** Playing: from step to step in true time, faster if wanted, until a breakpoint holds or the run is over. */

import { useEffect, useState } from "../vendor/hooks.js";
import { remember, remembered } from "./preferences.js";

/** @typedef {{isPlaying: boolean, toggle: () => void, stop: () => void, speed: string, speeds: readonly (readonly [string, string, number])[], setSpeed: (speed: string) => void, dwell: (index: number) => number}} Play */

/** Name, words, how many times as fast as it was. */
const SPEEDS = /** @type {const} */ ([["1", "1×", 1], ["4", "4×", 4], ["16", "16×", 16], ["jump", "jump", Infinity]]);
const USUAL = "4";
const SHORTEST_MS = 140; // a step must be seen
const LONGEST_MS = 5000;

/** @param {{steps: import("./steps.js").Steps, here: number, stops: ReadonlySet<number>, choose: (index: number) => void}} of @returns {Play} */
export function useStepPlay({ steps, here, stops, choose }) {
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(remembered("speed") || USUAL);
  const factor = SPEEDS.find(([name]) => name === speed)?.[2] ?? 4;
  const last = steps.size - 1;
  /** @param {number} index */
  const dwell = (index) => {
    if (index >= last) return 0;
    const length = (steps.at(index + 1).start - steps.at(index).start) / 1000 / factor;
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, length));
  };
  /** The next step to stop at. @param {number} from */
  const nextStop = (from) => {
    for (let index = from + 1; index < last; index += 1) if (stops.has(index)) return index;
    return last;
  };
  const toggle = () => {
    if (isPlaying) setPlaying(false);
    else if (factor === Infinity) choose(nextStop(here === last ? -1 : here));
    else {
      if (here === last) choose(0);
      setPlaying(true);
    }
  };
  useEffect(() => {
    if (!isPlaying) return undefined;
    if (here >= last) {
      setPlaying(false);
      return undefined;
    }
    const timer = setTimeout(() => {
      choose(here + 1);
      if (stops.has(here + 1)) setPlaying(false);
    }, dwell(here));
    return () => clearTimeout(timer);
  }, [isPlaying, here, factor, stops]);
  return {
    isPlaying, toggle, stop: () => setPlaying(false), speed, speeds: SPEEDS, dwell,
    setSpeed: (wanted) => {
      remember("speed", wanted);
      setSpeed(wanted);
    },
  };
}
