/* Enter a voucher by the keyboard: sums are shown as they grow, Enter leads on and adds lines. Amounts are counted in fen. */
"use strict";
for (const form of document.querySelectorAll("form[data-voucher]")) {
  const rows = form.querySelector("[data-rows]");
  const most = 90;
  const fen = (text) => {
    const found = /^(-?)(\d{1,14})(?:\.(\d{1,2}))?$/.exec(text.replace(/[,，\s]/g, ""));
    if (!found) { return 0n; }
    const size = BigInt(found[2]) * 100n + BigInt((found[3] || "").padEnd(2, "0"));
    return found[1] ? -size : size;
  };
  const plain = (amount) => {
    const size = (amount < 0n ? -amount : amount).toString().padStart(3, "0");
    return (amount < 0n ? "-" : "") + size.slice(0, -2) + "." + size.slice(-2);
  };
  const shown = (amount) => plain(amount).replace(/\B(?=(\d{3})+(?=\.))/g, ",");
  const total = (name, without) => {
    let sum = 0n;
    for (const field of form.querySelectorAll(`[name=line_${name}]`)) { if (field !== without) { sum += fen(field.value); } }
    return sum;
  };
  const add = () => {
    const debit = total("debit"), credit = total("credit");
    form.querySelector("[data-debit]").value = shown(debit);
    form.querySelector("[data-credit]").value = shown(credit);
    const told = form.querySelector("[data-difference]");
    told.value = debit === credit ? "" : `${told.dataset.word} ${shown(debit - credit)}`;
  };
  const another = () => {
    const last = rows.lastElementChild;
    if (rows.children.length >= most) { return null; }
    const made = last.cloneNode(true), number = rows.children.length + 1;
    made.querySelector("th").textContent = String(number);
    for (const field of made.querySelectorAll("input")) {
      field.value = "";
      field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+$/, String(number)));
    }
    rows.append(made);
    return made;
  };
  const copyDown = (row) => {
    const field = row.querySelector("[name=line_summary]"), above = row.previousElementSibling;
    if (!field.value && above) { field.value = above.querySelector("[name=line_summary]").value; }
  };
  form.addEventListener("input", add);
  form.addEventListener("focusin", (event) => {
    if (event.target.name === "line_account") { copyDown(event.target.closest("tr")); }
  });
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (field.tagName !== "INPUT" && field.tagName !== "SELECT") { return; }
    if (event.key === "=" && (field.name === "line_debit" || field.name === "line_credit")) {
      event.preventDefault();
      const missing = total("credit", field) - total("debit", field);
      field.value = plain(field.name === "line_debit" ? missing : -missing);
      add();
    }
    if (event.key !== "Enter" || event.isComposing) { return; }
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) { form.querySelector("[name=submit]").click(); return; }
    const fields = [...form.querySelectorAll("input:not([type=hidden]), select")];
    const next = fields[fields.indexOf(field) + 1];
    if (next) { next.focus(); if (next.select) { next.select(); } return; }
    const made = another();
    if (made) { made.querySelector("input").focus(); }
  });
  add();
}
