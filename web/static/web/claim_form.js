/* The lines of a claim: Enter goes on and adds one, the total follows. Sums in whole fen; the server checks again. */
"use strict";
for (const form of document.querySelectorAll("[data-claim-form]")) {
  const body = form.querySelector("table.lines tbody");
  const total = form.querySelector("[data-total]");
  const fenOf = (text) => {
    const plain = text.trim().replaceAll(",", "").replaceAll("，", "");
    const found = /^(\d{1,14})(?:\.(\d{1,2}))?$/.exec(plain);
    return found ? BigInt(found[1]) * 100n + BigInt((found[2] ?? "").padEnd(2, "0")) : null;
  };
  const written = (fen) => {
    const yuan = (fen / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
    return `${yuan}.${(fen % 100n).toString().padStart(2, "0")}`;
  };
  const add = () => {
    const line = body.rows[body.rows.length - 1].cloneNode(true);
    for (const input of line.querySelectorAll("input")) { input.value = ""; input.removeAttribute("aria-invalid"); input.removeAttribute("title"); }
    line.cells[0].textContent = body.rows.length + 1;
    body.append(line);
    return line;
  };
  const sum = () => {
    let fen = 0n;
    for (const input of body.querySelectorAll("[name=line_amount]")) {
      const found = fenOf(input.value);
      const wrong = input.value.trim() !== "" && (found === null || found === 0n);
      if (wrong) { input.setAttribute("aria-invalid", "true"); } else { input.removeAttribute("aria-invalid"); fen += found ?? 0n; }
    }
    total.value = written(fen);
  };
  form.addEventListener("input", sum);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || !body.contains(event.target)) { return; }
    event.preventDefault();
    const line = event.target.closest("tr");
    (line.nextElementSibling ?? add()).querySelector("input").focus();
  });
  const button = form.querySelector("[data-add-line]");
  button.hidden = false;
  button.addEventListener("click", () => add().querySelector("input").focus());
  form.querySelector("[data-without-script]").hidden = true;
  sum();
}
