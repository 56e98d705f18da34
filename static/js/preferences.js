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

/** "light", "dark", or "" for what the system says. */
export const theme = signal(remembered("theme"));

/** Grows whenever colours change: what is drawn on a canvas is drawn again. */
export const paint = signal(0);

/** @param {string} wanted */
export function chooseTheme(wanted) {
  const root = document.documentElement;
  if (wanted) root.dataset.theme = wanted;
  else delete root.dataset.theme;
  remember("theme", wanted);
  theme.value = wanted;
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
  const root = document.documentElement;
  if (wanted) root.dataset.density = wanted;
  else delete root.dataset.density;
  remember("density", wanted);
  density.value = wanted;
}

/** Whether the navigation is folded to its pictures: "yes" or "". */
export const rail = signal(remembered("rail"));

/** @param {string} wanted */
export function chooseRail(wanted) {
  const root = document.documentElement;
  if (wanted) root.dataset.rail = wanted;
  else delete root.dataset.rail;
  remember("rail", wanted);
  rail.value = wanted;
}

export const toggleRail = () => chooseRail(rail.value ? "" : "yes");

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  paint.value += 1;
});

/** A token's colour in the present theme, for a canvas. Only tokens registered with @property arrive resolved. @param {string} name */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
