// A page that is left closes its stream; one whose session has ended goes to the door.
"use strict";

document.body.addEventListener("htmx:sseOpen", (event) => {
  event.detail.source.addEventListener("ended", () => { window.location = "/account/sign-in"; });
});
document.querySelector(".rooms [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const next = document.body.dataset.onChange;
if (next) document.body.addEventListener("htmx:sseOpen", (event) => {
  event.detail.source.addEventListener("changed", () => { window.location = next; });
});
