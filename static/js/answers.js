/** Questions of a component: asked when they change, kept for the way back, aborted when nobody waits any more. */

import { useEffect, useMemo, useState } from "../vendor/hooks.js";
import { signal } from "../vendor/signals.js";
import { addressOf, ask } from "./api.js";
import { pulse } from "./state.js";

/** @typedef {import("./api.js").Params} Params */
/**
 * `value`: the answer, or the one before while `isOld`. `fault`: why there is none. `isSlow`: worth a skeleton (after 120 ms).
 * @template T
 * @typedef {{value: T | undefined, fault: Error | null, isOld: boolean, isSlow: boolean, again: () => void}} Answer
 */

const MOST_KEPT = 80;
const PATIENCE_MS = 120;
const LATE_MS = 600;

/** @type {Map<string, any>} */
const kept = new Map();

/** @param {string} key @param {any} value */
function keep(key, value) {
  kept.delete(key);
  kept.set(key, value);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value ?? "");
}

/** Questions on the way: several that ask the same share the answer, and it is given up when none of them waits. @type {Map<string, {coming: Promise<any>, control: AbortController, waiting: number}>} */
const underway = new Map();

/** One question, outside of components; the answer is kept. @param {string} path @param {Params} params @param {AbortSignal} [until] */
export function answer(path, params, until) {
  const key = addressOf(path, params);
  const one = underway.get(key) ?? begun(key, path, params);
  one.waiting += 1;
  until?.addEventListener("abort", () => {
    one.waiting -= 1;
    if (one.waiting > 0) return;
    if (underway.get(key) === one) underway.delete(key);
    one.control.abort();
  }, { once: true });
  return one.coming;
}

/** @param {string} key @param {string} path @param {Params} params */
function begun(key, path, params) {
  const control = new AbortController();
  const coming = ask(path, params, control.signal).then((value) => {
    keep(key, value);
    return value;
  }).finally(() => {
    if (underway.get(key) === one) underway.delete(key);
  });
  const one = { coming, control, waiting: 0 };
  underway.set(key, one);
  return one;
}

/**
 * Ask, and ask again with the pulse if `isLive`. A null path asks nothing.
 * @template [T=any]
 * @param {string | null} path @param {Params} [params] @param {{isLive?: boolean}} [how] @returns {Answer<T>}
 */
export function useAnswer(path, params = {}, { isLive = false } = {}) {
  const key = path === null ? "" : addressOf(path, params);
  const state = useMemo(() => signal({ key: "", value: /** @type {T | undefined} */ (undefined), fault: /** @type {Error | null} */ (null), isSlow: false, round: 0 }), []);
  const beat = isLive ? pulse.value : 0;
  const { round } = state.value;
  useEffect(() => {
    if (path === null) return undefined;
    const control = new AbortController();
    if (state.peek().key !== key && kept.has(key)) state.value = { ...state.peek(), key, value: kept.get(key), fault: null, isSlow: false };
    const patience = setTimeout(() => {
      if (state.peek().key !== key) state.value = { ...state.peek(), isSlow: true };
    }, PATIENCE_MS);
    answer(path, params, control.signal).then(
      (value) => {
        if (!control.signal.aborted) state.value = { ...state.peek(), key, value, fault: null, isSlow: false };
      },
      (fault) => {
        if (!control.signal.aborted) state.value = { ...state.peek(), key, value: undefined, fault, isSlow: false };
      },
    ).finally(() => clearTimeout(patience));
    return () => {
      clearTimeout(patience);
      control.abort();
    };
  }, [key, beat, round]);
  const now = state.value;
  const isOld = now.key !== key;
  return {
    value: isOld && kept.has(key) ? kept.get(key) : now.value,
    fault: isOld ? null : now.fault,
    isOld: isOld && !kept.has(key),
    isSlow: now.isSlow,
    again: () => {
      state.value = { ...state.peek(), key: "", round: state.peek().round + 1 };
    },
  };
}

/** Sentences on top decide where all else stands: for a moment a page waits for them, so that nothing moves afterwards. */
export function useLate() {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLate;
}
