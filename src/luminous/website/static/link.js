// The token stands behind the address's `#` and goes from here to the server: first to look, then with a press.
"use strict";

const token = location.hash.slice(1);
const place = document.getElementById("link");

async function look() {
  document.getElementById("by-code").hidden = true;
  document.getElementById("looking").hidden = false;
  const answer = await fetch("/l/peek", { method: "POST", body: new URLSearchParams({ token }) });
  if (!answer.ok) throw new Error(String(answer.status));
  place.innerHTML = await answer.text();
  place.querySelector("h1").tabIndex = -1;
  place.querySelector("h1").focus();
}

if (token) {
  look().catch(() => {
    document.getElementById("looking").textContent = "That did not work. Look at your connection, then open the link again: it is still good.";
  });
}
addEventListener("hashchange", () => location.reload());
