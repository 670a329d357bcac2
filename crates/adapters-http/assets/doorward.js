// Comfort only: every page works without this file. Adds a button to each password field that shows what was typed.
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
