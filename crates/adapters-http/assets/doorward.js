// Comfort only: every page works without this file. Adds a button to each password field that shows what was typed.
for (const secret of document.querySelectorAll("[data-secret]")) {
  const input = secret.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal";
  button.setAttribute("aria-controls", input.id);
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? "Hide" : "Show";
    button.setAttribute("aria-label", visible ? "Hide password" : "Show password");
    button.setAttribute("aria-pressed", String(visible));
  };
  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  // A password manager stores what it finds in a password field.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  secret.append(button);
}
