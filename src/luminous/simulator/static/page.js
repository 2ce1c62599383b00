// The page around the chat: views of a narrow screen, sentences about trouble, reconnection.
"use strict";

const toast = document.getElementById("toast");
let toastEnds;

function say(sentence) {
  toast.textContent = sentence;
  toast.hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => { toast.hidden = true; }, 6000);
}

// Two rows of tabs: the views of a narrow screen, and what stands beside the phone on a wide one.
for (const [row, key] of [[".views", "view"], [".side-tabs", "side"]]) {
  const tabs = [...document.querySelectorAll(`${row} [role=tab]`)];
  const show = (chosen) => {
    document.body.dataset[key] = chosen.dataset.shows || chosen.dataset.side;
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
    }
  };
  for (const tab of tabs) tab.addEventListener("click", () => show(tab));
  document.querySelector(row).addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    show(next);
  });
  show(tabs[0]);
}

document.querySelector(".person[aria-current]").scrollIntoView({ block: "nearest", inline: "nearest" });

// What became of a press on the identity panel is brought into view: the panel may be shorter than before.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "identity") event.target.querySelector(".nobody, .saved, .wrong")?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.asks;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.body.addEventListener("htmx:responseError", (event) => {
  const answer = event.detail.xhr;
  say(sentenceOf(answer) || `That did not work: the server answered ${answer.status}. Try again, or reload the page.`);
});

// A refusal comes as plain text, or as JSON with a `detail`.
function sentenceOf(answer) {
  if (answer.status >= 500) return "";
  const kind = answer.getResponseHeader("content-type") || "";
  if (kind.startsWith("text/plain")) return answer.responseText;
  if (!kind.startsWith("application/json")) return "";
  const detail = JSON.parse(answer.responseText).detail;
  return typeof detail === "string" ? detail : "";
}

document.body.addEventListener("htmx:sendError", () => say("The server does not answer. Is it still running?"));

// A page that is left closes its stream first; that is not trouble.
let isLeaving = false;
window.addEventListener("beforeunload", () => { isLeaving = true; });
document.body.addEventListener("htmx:sseError", () => {
  if (!isLeaving) document.getElementById("away").hidden = false;
});
document.body.addEventListener("htmx:sseOpen", (event) => {
  document.getElementById("away").hidden = true;
  event.detail.source.addEventListener("gone", () => { window.location = "/simulator"; });
});
