// Nothing typed is lost. A form with data-keep="name" is kept in this browser at every pause, and on the server a moment later; the server
// shows its draft in the form on whatever device it is opened.

import { openBegun } from "./comment_forms.js";
import { watchEditors } from "./editor_begin.js";
import { KeptForm } from "./kept_form.js";
import { forget, forgetOld } from "./kept_texts.js";

const forms = new Map();  // form -> KeptForm

// The server names the form that it has taken in a cookie; until then the text stays, whatever happens on the way.
function forgetTaken() {
  const taken = document.cookie.split("; ").find((part) => part.startsWith("taken="));
  if (!taken) return;
  forget(decodeURIComponent(taken.slice("taken=".length)));
  document.cookie = "taken=; max-age=0; path=/; samesite=lax";
}

function openForms() {
  for (const [form, kept] of forms) if (!form.isConnected) { kept.end(); forms.delete(form); }
  for (const form of document.querySelectorAll("form[data-keep]")) if (!forms.has(form)) forms.set(form, new KeptForm(form));
  openBegun();
  watchEditors();
}

const each = (act) => { for (const form of forms.values()) act(form); };

forgetOld();
forgetTaken();
openForms();
document.addEventListener("fragment", () => { forgetTaken(); openForms(); });  // live_page.js or question_page.js has put one in
document.addEventListener("visibilitychange", () => each((form) => (document.hidden ? form.leave() : form.save())));
addEventListener("pagehide", () => each((form) => form.leave()));
addEventListener("pageshow", (event) => { if (event.persisted) each((form) => form.isBack()); });
// Sent before the next page is asked for, so that it shows what was typed last; whoever stays has lost nothing either.
addEventListener("beforeunload", (event) => each((form) => { if (form.isAtRisk()) { form.leave(); event.preventDefault(); } }));
addEventListener("online", () => each((form) => form.save()));
