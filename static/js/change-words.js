/** How much more or less, in the unit's own way of being written: +3.2 s, −1,204, +$0.0412; "" where nothing is known. */

import { count, duration } from "./format.js";
import { dollars } from "./money.js";

/** @param {number} value @param {(size: number) => string} write */
const signed = (value, write) => (Number.isNaN(value) ? "" : value === 0 ? "0" : `${value < 0 ? "−" : "+"}${write(Math.abs(value))}`);

/** @param {number} us */
export const timeChange = (us) => signed(us, (size) => duration(size / 1000));

/** @param {number} tokens */
export const countChange = (tokens) => signed(tokens, count);

/** @param {number} cost */
export const costChange = (cost) => signed(cost, dollars);

/** "3.2 s longer", "" where it is the same or unknown. @param {number} value @param {(size: number) => string} write @param {string} more @param {string} less */
export const moreOrLess = (value, write, more, less) => (value > 0 ? `${write(value)} ${more}` : value < 0 ? `${write(-value)} ${less}` : "");
