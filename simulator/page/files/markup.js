// Telegram's formatting as DOM nodes. Tags that are not listed, and broken ones, are shown as the text they are: nothing
// here makes markup from a string.

const tags = {
  b: "b", strong: "b", i: "i", em: "i", u: "u", ins: "u", s: "s", strike: "s", del: "s",
  code: "code", pre: "pre", blockquote: "blockquote", a: "a",
  "tg-spoiler": "span", "tg-emoji": "span", "tg-time": "span",
};
const names = { lt: "<", gt: ">", amp: "&", quot: '"' };
const token = /<(\/?)([a-z-]+)((?:\s+[a-z-]+(?:="[^"]*")?)*)>|&(#\d+|#x[0-9a-f]+|[a-z]+);|[^<&]+|[<&]/gi;

function decoded(reference, whole) {
  if (!reference.startsWith("#")) return names[reference] ?? whole;
  const code = reference[1] === "x" ? parseInt(reference.slice(2), 16) : parseInt(reference.slice(1), 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

function attributes(source) {
  const out = {};
  for (const [, name, value] of source.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)) {
    out[name] = (value ?? "").replace(/&(#\d+|[a-z]+);/g, (whole, reference) => decoded(reference, whole));
  }
  return out;
}

// webLink returns an anchor that opens elsewhere, or undefined for an address that is not of the web.
export function webLink(address) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return undefined;
  const link = document.createElement("a");
  link.href = url.href;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

function element(name, source) {
  const given = attributes(source);
  if (name === "a") return webLink(given.href) ?? document.createElement("span");
  const out = document.createElement(tags[name]);
  if (name === "blockquote" && "expandable" in given) out.className = "expandable";
  if (name === "tg-spoiler") spoiler(out);
  return out;
}

function spoiler(span) {
  span.className = "spoiler";
  span.tabIndex = 0;
  span.setAttribute("role", "button");
  span.setAttribute("aria-label", "Show the hidden text");
  const reveal = () => {
    for (const name of ["class", "tabindex", "role", "aria-label"]) span.removeAttribute(name);
  };
  span.addEventListener("click", reveal, { once: true });
  span.addEventListener("keydown", (event) => event.key === "Enter" && reveal());
}

// render turns formatted text into a fragment. A line break after a block is the block's own.
export function render(source) {
  const root = document.createDocumentFragment();
  const open = [{ name: "", node: root }];
  let afterBlock = false;
  const say = (text) => {
    open.at(-1).node.append(afterBlock ? text.replace(/^\n/, "") : text);
    afterBlock = false;
  };
  for (const [whole, slash, tag, rest, reference] of source.matchAll(token)) {
    const name = tag?.toLowerCase();
    if (reference) say(decoded(reference, whole));
    else if (!Object.hasOwn(tags, name ?? "")) say(whole);
    else if (!slash) {
      const node = element(name, rest);
      open.at(-1).node.append(node);
      open.push({ name, node });
    } else if (open.at(-1).name === name) {
      open.pop();
      afterBlock = name === "blockquote" || name === "pre";
    } else say(whole);
  }
  return root;
}
