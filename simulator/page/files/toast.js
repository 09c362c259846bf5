// What passes by: the bot's answers to presses, and errors.

import { $, make } from "./dom.js";

const shownFor = 4000; // ms

function pass(box, text, className) {
  const note = make("p", className, text);
  if (className) note.setAttribute("role", "alert");
  box.append(note);
  setTimeout(() => note.remove(), Math.max(shownFor, 60 * text.length));
}

// toast is what the phone shows for a moment.
export const toast = (text) => pass($("toasts"), text, "");

// complain tells the visitor of what went wrong with the page itself.
export const complain = (text) => pass($("notices"), text, "error");

// alertBox shows what stays until it is closed, on the phone where that is seen. The focus goes back to where it was; where
// that is gone by then, back is called.
export function alertBox(text, back) {
  const box = $("alert");
  const { left, right, width } = $("chat").getBoundingClientRect();
  box.style.left = width ? `${left}px` : "";
  box.style.right = width ? `${innerWidth - right}px` : "";
  $("alert-text").textContent = text;
  box.addEventListener("close", () => document.activeElement === document.body && back(), { once: true });
  if (!box.open) box.showModal();
}
