/* Files are dragged into the zone of the form and told by name; a form that takes a file away can be sent again. */
"use strict";
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector(".chosen");
  const most = Number(zone.dataset.bytesMax);

  const tell = () => {
    list.replaceChildren(...Array.from(input.files, (file) => {
      const line = document.createElement("li");
      line.textContent = `${file.name} · ${(file.size / 1024).toFixed(0)} KB`;
      if (file.size > most) {
        line.className = "refusal";
        line.textContent += ` · ${zone.dataset.tooLarge}`;
      }
      return line;
    }));
  };
  input.addEventListener("change", tell);
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, () => zone.classList.remove("over"));
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    const chosen = new DataTransfer();
    for (const file of [...input.files, ...event.dataTransfer.files]) {
      chosen.items.add(file);
    }
    input.files = chosen.files;
    tell();
  });
}
for (const form of document.querySelectorAll("form[data-takes-away]")) {
  form.addEventListener("submit", () => window.setTimeout(() => delete form.dataset.sent, 1500));
}
