/** What a reader chose for this browser. Nothing secret is ever kept here. */

import { signal } from "../vendor/signals.js";

/** @param {string} name @returns {string} */
export function remembered(name) {
  try {
    return localStorage.getItem(`lynex.${name}`) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} name @param {string} value  Empty: forget it. */
export function remember(name, value) {
  try {
    if (value) localStorage.setItem(`lynex.${name}`, value);
    else localStorage.removeItem(`lynex.${name}`);
  } catch {
    // A browser that keeps nothing still shows everything.
  }
}

/** A choice that the style sheets read from the root element. @param {string} name @param {import("../vendor/signals.js").Signal<string>} chosen @param {string} wanted */
function choose(name, chosen, wanted) {
  const root = document.documentElement;
  if (wanted) root.dataset[name] = wanted;
  else delete root.dataset[name];
  remember(name, wanted);
  chosen.value = wanted;
}

/** "light", "dark", or "" for what the system says. */
export const theme = signal(remembered("theme"));

/** Grows whenever colours change: what is drawn on a canvas is drawn again. */
export const paint = signal(0);

/** @param {string} wanted */
export function chooseTheme(wanted) {
  choose("theme", theme, wanted);
  paint.value += 1;
}

export function nextTheme() {
  const order = ["", "light", "dark"];
  chooseTheme(order[(order.indexOf(theme.value) + 1) % order.length] ?? "");
}

/** "" for comfortable, or "compact". */
export const density = signal(remembered("density"));

/** @param {string} wanted */
export function chooseDensity(wanted) {
  choose("density", density, wanted);
}

/** Whether the navigation is folded to its pictures: "yes" or "". */
export const rail = signal(remembered("rail"));

/** @param {string} wanted */
export function chooseRail(wanted) {
  choose("rail", rail, wanted);
}

export const toggleRail = () => chooseRail(rail.value ? "" : "yes");

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  paint.value += 1;
});

/** A token's colour in the present theme, for a canvas. Only tokens registered with @property arrive resolved. @param {string} name */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
