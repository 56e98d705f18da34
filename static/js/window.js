/** What a window shows: of a long list only the rows in sight are in the document, and a canvas is as wide as its parent. */

import { useLayoutEffect, useState } from "../vendor/hooks.js";

const OVERSCAN = 12;

/**
 * @param {{current: HTMLElement | null}} body  what scrolls @param {number} size  rows @param {number} height  of one, in pixels
 * @returns {[number, number, number]} first row, the one after the last, and how many there are at most
 */
export function useWindow(body, size, height) {
  const [sight, setSight] = useState({ first: 0, last: 40 });
  useLayoutEffect(() => {
    const { current } = body;
    if (!current) return undefined;
    const look = () => {
      const first = Math.floor(current.scrollTop / height);
      const last = first + Math.ceil(current.clientHeight / height) + 1;
      setSight((old) => (old.first === first && old.last === last ? old : { first, last }));
    };
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(current);
    current.addEventListener("scroll", look, { passive: true });
    return () => {
      sizes.disconnect();
      current.removeEventListener("scroll", look);
    };
  }, [height, body.current]);
  return [Math.max(0, Math.min(sight.first, size) - OVERSCAN), Math.min(size, sight.last + OVERSCAN), sight.last - sight.first + 2 * OVERSCAN];
}

/** Scroll until a row is in sight, with room to look ahead. @param {HTMLElement | null} body @param {number} row @param {number} height */
export function reveal(body, row, height) {
  if (!body || row < 0) return;
  const top = row * height;
  const room = Math.min(height * 2, body.clientHeight / 4);
  if (top < body.scrollTop) body.scrollTop = Math.max(0, top - room);
  else if (top + height > body.scrollTop + body.clientHeight) body.scrollTop = top + height - body.clientHeight + room;
}

/** The same, into the middle where it was out of sight. @param {HTMLElement | null} body @param {number} row @param {number} height */
export function revealInMiddle(body, row, height) {
  if (!body || row < 0) return;
  const top = row * height;
  if (top < body.scrollTop || top + height > body.scrollTop + body.clientHeight) body.scrollTop = Math.max(0, top - body.clientHeight / 3);
}

/** How wide the parent of a canvas is, in whole pixels; 0 until it is known. @param {{current: HTMLElement | null}} canvas */
export function useParentWidth(canvas) {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = canvas;
    if (!current?.parentElement) return undefined;
    const sizes = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    sizes.observe(current.parentElement);
    return () => sizes.disconnect();
  }, []);
  return width;
}
