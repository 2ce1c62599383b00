// The phone: scrolling, writing, quoting, files, the list sheet.
"use strict";

const wall = document.getElementById("wall");
const composer = document.getElementById("composer");
const words = document.getElementById("text");
const sheet = document.getElementById("sheet");
const quoted = document.getElementById("quoted");
const sample = document.getElementById("sample");
const file = document.getElementById("file");
const preview = document.getElementById("preview");
const attach = document.querySelector(".attach");

// The chat is sent anew when it changes. What is the same stays, bubbles and the buttons below a bubble that
// changed, so that a press that has begun is not lost; the view stays at the end if it was there.
const sent = new WeakMap([...wall.children].map((each) => [each, asSent(each)]));

function asSent(said) {
  return { whole: said.outerHTML, choices: said.querySelector(".choices")?.outerHTML };
}

wall.addEventListener("htmx:sseBeforeMessage", (event) => {
  event.preventDefault();
  const focused = wall.contains(document.activeElement) ? document.activeElement.id : "";
  patch(event.detail.data);
  if (focused && !wall.contains(document.activeElement)) document.getElementById(focused)?.focus();
  if (quoted.value) mark(quoted.value);
  if (isAtEnd) toEnd();
});

function patch(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const known = new Map([...wall.children].map((each) => [sent.get(each).whole, each]));
  const before = new Map([...wall.children].map((each) => [each.id, each]));
  const chat = [...template.content.children].map((fresh) => {
    const now = asSent(fresh);
    const same = known.get(now.whole);
    known.delete(now.whole);
    if (same) return same;
    const old = before.get(fresh.id);
    const stays = old && now.choices && sent.get(old).choices === now.choices;
    if (stays) renew(old, fresh);
    else if (before.size && !old) fresh.classList.add("new");
    const shown = stays ? old : fresh;
    sent.set(shown, now);
    return shown;
  });
  for (const each of [...wall.children]) if (!chat.includes(each)) each.remove();
  let place = wall.firstElementChild;
  for (const each of chat) {
    if (each === place) place = place.nextElementSibling;
    else wall.insertBefore(each, place);
    htmx.process(each);
  }
}

// All of it but its choices, which are what they were.
function renew(old, fresh) {
  const choices = old.querySelector(".choices");
  for (const each of [...old.children]) if (each !== choices) each.remove();
  fresh.querySelector(".choices").remove();
  choices.before(...fresh.children);
}

let isAtEnd = true;

function toEnd() {
  wall.scrollTop = wall.scrollHeight;
  isAtEnd = true;
}

wall.addEventListener("scroll", () => {
  isAtEnd = wall.scrollHeight - wall.scrollTop - wall.clientHeight < 80;
});
new ResizeObserver(() => { if (isAtEnd) toEnd(); }).observe(wall);

toEnd();
if (window.matchMedia("(min-width: 741px)").matches) words.focus();

wall.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.requestConfig.verb === "post") toEnd();
});

// Writing: Enter sends, Shift and Enter makes a new line.
words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (words.value.trim() || file.files.length || sample.value) composer.requestSubmit();
});
composer.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== composer || !event.detail.successful) return;
  composer.reset();
  unquote();
  detach();
  toEnd();
  words.focus();
});

// Quoting: tap a bubble.
wall.addEventListener("click", (event) => {
  const bubble = event.target.closest(".bubble[data-wamid]");
  if (!bubble || event.target.closest("a, audio, video") || window.getSelection().toString()) return;
  quoted.value = bubble.dataset.wamid;
  document.getElementById("quoting-author").textContent = bubble.dataset.author;
  document.getElementById("quoting-text").textContent = bubble.dataset.text;
  document.getElementById("quoting").hidden = false;
  mark(quoted.value);
  words.focus();
});

function mark(wamid) {
  for (const bubble of wall.querySelectorAll(".bubble[data-wamid]")) {
    bubble.classList.toggle("chosen", bubble.dataset.wamid === wamid);
  }
}

function unquote() {
  quoted.value = "";
  document.getElementById("quoting").hidden = true;
  mark("");
}

document.getElementById("unquote").addEventListener("click", () => { unquote(); words.focus(); });
for (const button of document.querySelectorAll("[data-emoji]")) {
  button.addEventListener("click", () => {
    const path = composer.getAttribute("hx-post").replace(/messages$/, "reactions");
    htmx.ajax("POST", path, { source: button, swap: "none", values: { wamid: quoted.value, emoji: button.dataset.emoji } });
    unquote();
  });
}

// Pictures and files.
file.addEventListener("change", () => {
  if (!file.files.length) return;
  sample.value = "";
  const [chosen] = file.files;
  attached(chosen.name, chosen.type.startsWith("image/") ? URL.createObjectURL(chosen) : "");
});
document.getElementById("use-sample").addEventListener("click", () => {
  file.value = "";
  sample.value = "yes";
  attached("", "/simulator/static/sample.jpg");
});

function attached(name, address) {
  document.getElementById("attached-name").textContent = name;
  preview.hidden = !address;
  if (address) preview.src = address;
  document.getElementById("attached").hidden = false;
  attach.open = false;
  words.focus();
}

function detach() {
  file.value = "";
  sample.value = "";
  preview.removeAttribute("src");
  document.getElementById("attached").hidden = true;
}

document.getElementById("detach").addEventListener("click", detach);
document.addEventListener("click", (event) => {
  if (!attach.contains(event.target)) attach.open = false;
});

// The list sheet.
sheet.addEventListener("htmx:afterSwap", () => {
  if (!sheet.open) sheet.show();
  sheet.querySelector("input[type=radio]").focus();
});
sheet.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful || event.detail.requestConfig.verb !== "post") return;
  shut();
  toEnd();
});
sheet.addEventListener("click", (event) => {
  if (event.target.closest("[data-closes]")) shut();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (sheet.open) shut();
  else if (quoted.value) unquote();
  attach.open = false;
});
document.querySelector(".phone").addEventListener("click", (event) => {
  if (sheet.open && event.target === event.currentTarget) shut();
});

function shut() {
  sheet.close();
  sheet.replaceChildren();
  words.focus();
}
