"use strict";
/* A form that acts is sent without leaving its page: where no answer comes, all that was entered is still there to be
   sent again, and the server takes it once. The page is left for where the answer leads (see kept_forms.py); a refusal,
   or the question for a password, takes its place. A form that only asks names the part of its page that the answer
   goes to (data-answer): the file that was chosen stays chosen. */
{
  const page = document.documentElement;

  // A field may have the name of a property of its form; attributes are safe.
  const isKept = (form) =>
    form.getAttribute("method") === "post" && (form.dataset.answer || form.querySelector("[name=form_token]") !== null);

  const begin = (form) => {
    form.dataset.sent = "yes";
    document.getElementById("main").setAttribute("aria-busy", "true");
    window.addEventListener("pageshow", () => end(form), { once: true });
  };

  const end = (form) => {
    delete form.dataset.sent;
    document.getElementById("main").removeAttribute("aria-busy");
  };

  const tell = (form, text, address) => {
    const told = document.createElement("p");
    told.className = "refusal unanswered";
    told.setAttribute("role", "alert");
    told.textContent = text;
    if (address) {
      const link = document.createElement("a");
      Object.assign(link, { href: address, target: "_blank", rel: "noopener", textContent: page.dataset.signIn });
      told.append(" ", link);
    }
    form.append(told);
    told.scrollIntoView({ block: "nearest" });
  };

  const show = (text) => {
    document.open();
    document.write(text);
    document.close();
    window.scrollTo(0, 0);
    document.querySelector("[autofocus]")?.focus();
  };

  const put = (form, text) => {
    const named = form.dataset.answer, here = document.getElementById(named);
    const drawn = new DOMParser().parseFromString(text, "text/html").getElementById(named);
    if (!here || !drawn) { show(text); return; }
    here.replaceWith(document.adoptNode(drawn));
    end(form);
    dispatchEvent(new Event("resize"));
    drawn.scrollIntoView({ block: "nearest" });
    drawn.focus();
  };

  const save = (blob, disposition) => {
    const coded = /filename\*=utf-8''([^;]+)/i.exec(disposition), plain = /filename="([^"]+)"/.exec(disposition);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = coded ? decodeURIComponent(coded[1]) : plain ? plain[1] : "";
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  // An address on the same page, with a place in it, would only be scrolled to: the page is to be read anew.
  const go = (to) => {
    const address = new URL(to, location.href);
    const isHere = address.hash && address.pathname === location.pathname && address.search === location.search;
    location.assign(address);
    if (isHere) { location.reload(); }
  };

  const ask = async (form, button) => {
    const fields = new FormData(form);
    if (button?.name) { fields.append(button.name, button.value); }
    const body = form.getAttribute("enctype") === "multipart/form-data" ? fields : new URLSearchParams(fields);
    const headers = { "X-Tongfa-Form": "kept" };
    const answer = await fetch(form.getAttribute("action") || location.href, { method: "POST", body, headers });
    if (answer.status >= 500) { throw new Error(`${answer.status}`); }
    return { answer, content: await answer.blob() };
  };

  // Who has signed in anew has another token against forms of other sites; the form's own token stays as it is.
  const renew = async (form) => {
    const drawn = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const token = drawn.querySelector("[name=csrfmiddlewaretoken]");
    if (token) { form.querySelector("[name=csrfmiddlewaretoken]").value = token.value; }
    delete form.dataset.signedOut;
  };

  const send = async (form, button) => {
    for (const told of form.querySelectorAll(".unanswered")) { told.remove(); }
    begin(form);
    const renewed = form.dataset.signedOut ? renew(form) : Promise.resolve();
    const got = await renewed.then(() => ask(form, button)).catch(() => null);
    if (got === null) { end(form); tell(form, page.dataset.unanswered); return; }
    const signIn = got.answer.headers.get("X-Tongfa-Sign-In");
    if (signIn) { end(form); form.dataset.signedOut = "yes"; tell(form, page.dataset.signedOut, signIn); return; }
    const to = got.answer.headers.get("X-Tongfa-To"), disposition = got.answer.headers.get("Content-Disposition");
    if (to) { go(to); return; }
    if (!disposition) {
      const text = await got.content.text();
      if (form.dataset.answer) { put(form, text); } else { show(text); }
      return;
    }
    save(got.content, disposition);
    end(form);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (isKept(form)) { event.preventDefault(); send(form, event.submitter); return; }
    form.dataset.sent = "yes";
    window.addEventListener("pageshow", () => { delete form.dataset.sent; }, { once: true });
  });
}

/* A table that is wider than its window is scrolled with the keyboard too. */
{
  const reach = () => {
    for (const box of document.querySelectorAll(".wide")) {
      if (box.scrollWidth > box.clientWidth) { box.tabIndex = 0; } else { box.removeAttribute("tabindex"); }
    }
  };
  addEventListener("load", reach);
  addEventListener("resize", reach);
  document.addEventListener("htmx:afterSettle", reach);
}
