// Making nodes.

export const $ = (id) => document.getElementById(id);

export function make(tag, className = "", text = "") {
  const out = document.createElement(tag);
  if (className) out.className = className;
  out.textContent = text;
  return out;
}

// button makes one that does something and is nothing else.
export function button(className, text, press) {
  const out = make("button", className, text);
  out.type = "button";
  out.addEventListener("click", press);
  return out;
}

const icons = {
  silent: "M4 4l16 16M17 16H5l2-3V9M9 5.5a5 5 0 0 1 8 4V12M10 19a2 2 0 0 0 4 0",
  file: "M12 4v11M7 11l5 5 5-5M5 20h14",
};

export function icon(name) {
  const space = "http:" + "//www.w3.org/2000/svg"; // a name, not an address
  const out = document.createElementNS(space, "svg");
  out.setAttribute("viewBox", "0 0 24 24");
  out.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", icons[name]);
  out.append(path);
  return out;
}

// update sets a text only where it differs, so that nobody is told twice.
export function update(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
