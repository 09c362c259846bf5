// What passes by: the bot's answers to presses, and errors.

const shownFor = 4000; // ms

export function toast(text, isError = false) {
  const box = document.createElement("p");
  box.textContent = text;
  if (isError) {
    box.className = "error";
    box.setAttribute("role", "alert");
  }
  document.getElementById("toasts").append(box);
  setTimeout(() => box.remove(), Math.max(shownFor, 60 * text.length));
}

// alertBox shows what stays until it is closed.
export function alertBox(text) {
  const box = document.getElementById("alert");
  document.getElementById("alert-text").textContent = text;
  if (!box.open) box.showModal();
}
