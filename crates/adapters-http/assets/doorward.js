// Comfort only: every page works without this file.

// Adds a button to each password field that shows what was typed.
for (const secret of document.querySelectorAll(".secret")) {
  const input = secret.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal";
  button.setAttribute("aria-controls", input.id);
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    const { show, showLabel, hide, hideLabel } = secret.dataset;
    button.textContent = visible ? hide : show;
    button.setAttribute("aria-label", visible ? hideLabel : showLabel);
  };
  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  // Password managers store the content of password fields only.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  secret.append(button);
}

// Adds buttons that copy and print recovery codes.
for (const actions of document.querySelectorAll("[data-print]")) {
  const add = (text, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = text;
    button.addEventListener("click", () => act(button));
    actions.append(button);
  };
  const { print, copy, copied } = actions.dataset;
  // Browsers offer the clipboard to https and to this machine only.
  if (navigator.clipboard) {
    add(copy, async (button) => {
      const codes = [...document.querySelectorAll(".codes code")].map((code) => code.textContent);
      await navigator.clipboard.writeText(codes.join("\n"));
      button.textContent = copied;
      button.setAttribute("aria-live", "polite");
    });
  }
  add(print, () => window.print());
}

// Shows instants in the reader's time zone and language.
for (const time of document.querySelectorAll("time")) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  time.title = time.textContent;
  time.textContent = format.format(new Date(time.dateTime));
}

// What was just done is gone after a reload.
if (document.querySelector(".done")) {
  const url = new URL(location.href);
  url.searchParams.delete("done");
  history.replaceState(history.state, "", url);
}

// Sends the request for recovery codes once, however often the button is pressed: a second response would replace the codes
// of the first.
for (const form of document.querySelectorAll('form[action="/api/recovery-codes"]')) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // A page from the browser's history starts anew.
  window.addEventListener("pageshow", () => (sent = false));
}

// A page from the back/forward cache may show an account that is signed out by now, so it is loaded again. A page that is the
// response to a form would be sent again, so the account page takes its place.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (!location.pathname.startsWith("/api/")) location.reload();
  else if (document.querySelector(".codes, [name=userId]")) location.replace("/account");
});

// No password and no recovery code waits in a page that was left.
window.addEventListener("pagehide", () => {
  for (const input of document.querySelectorAll(".secret input, #code")) input.value = "";
});
