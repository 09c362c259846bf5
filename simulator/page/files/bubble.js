// One message as the phone shows it.

import { button, icon, make } from "./dom.js";
import { render, webLink } from "./markup.js";
import { speaks, t, time } from "./texts.js";
import { toast } from "./toast.js";

const colour = (message) => (message.bot ? "c0" : `c${1 + (message.fromId % 2)}`);

export const plainText = (html) => {
  const box = make("div");
  box.append(render(html));
  return box.textContent;
};

// bubble makes a message; doing has what the visitor can do with it: press(id, data), jump(id) and loaded().
export function bubble(message, mine, doing) {
  if (message.service) return make("p", "service", plainText(message.html));
  const out = make("article", `message ${mine ? "mine" : "theirs"}`);
  out.id = `m${message.id}`;
  out.tabIndex = -1;
  out.dataset.from = message.fromId;
  out.setAttribute("aria-label", `${message.from}, ${time(message.sentAt)}`);
  const avatar = make("span", `avatar ${colour(message)}`, message.from.slice(0, 1).toUpperCase());
  avatar.ariaHidden = "true";
  const box = make("div", "bubble");
  box.append(make("p", `from ${colour(message)}`, message.from));
  if (message.reply) box.append(quote(message.reply, doing.jump));
  box.append(...media(message, doing.loaded));
  const text = make("div", "text");
  text.dir = "auto";
  text.append(render(message.html), meta(message));
  box.append(text);
  const stack = make("div", "stack");
  stack.append(box);
  if (message.keyboard) stack.append(keyboard(message, doing.press));
  out.append(avatar, stack);
  return out;
}

function quote(reply, jump) {
  const out = button("quote", "", () => jump(reply.id));
  const text = reply.text || t("chat.picture");
  out.append(make("b", "", reply.from), make("span", "", text));
  out.setAttribute("aria-label", t("chat.reply", { from: reply.from, text }));
  return out;
}

function media(message, loaded) {
  const address = `media/${message.id}`;
  if (message.photo) {
    const picture = make("img", "photo");
    Object.assign(picture, { src: address, alt: t("chat.photo", { name: message.photo }) });
    picture.addEventListener("load", loaded);
    return [picture];
  }
  if (message.document) {
    const link = make("a", "document");
    const size = new Intl.NumberFormat(speaks(), { maximumFractionDigits: 1 }).format(message.size / 1024);
    const about = make("span");
    about.append(make("b", "", message.document), make("span", "", t("chat.size", { size })));
    link.append(icon("file"), about);
    Object.assign(link, { href: address, download: message.document });
    return [link];
  }
  return [];
}

function meta(message) {
  const out = make("span", "meta");
  if (message.reaction) out.append(make("span", "reaction", message.reaction));
  if (message.pinned) out.append(make("span", "", "📌"));
  if (message.silent) {
    const silent = make("span", "silent");
    silent.title = t("chat.silent");
    silent.append(icon("silent"), make("span", "hidden", t("chat.silent")));
    out.append(silent);
  }
  if (message.editedAt) {
    const edited = make("span", "edited", t("chat.edited"));
    edited.title = time(message.editedAt);
    out.append(edited);
  }
  const sent = make("time", "", time(message.sentAt));
  sent.dateTime = message.sentAt;
  out.append(sent);
  return out;
}

function keyboard(message, press) {
  const out = make("div", "keyboard");
  out.setAttribute("role", "group");
  out.setAttribute("aria-label", t("chat.keys"));
  for (const row of message.keyboard) {
    const line = make("div", "keys");
    for (const one of row) line.append(key(message.id, one, press));
    out.append(line);
  }
  return out;
}

function key(id, one, press) {
  const link = one.url ? webLink(one.url) : undefined;
  if (link) {
    link.className = "key";
    link.textContent = `${one.text} ↗`;
    return link;
  }
  const out = button(`key ${one.style ?? ""}`, one.text, () => {
    if (out.getAttribute("aria-busy") === "true") return;
    if (one.copy) copy(one.copy);
    else press(id, one.data, out);
  });
  out.disabled = one.disabled || !(one.data || one.copy);
  out.dataset.data = one.data ?? "";
  return out;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("chat.copied"));
  } catch {
    toast(t("chat.copy", { text }));
  }
}
