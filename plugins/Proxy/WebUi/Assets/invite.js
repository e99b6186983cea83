// @ts-check
import { copyOnClick } from "/web/app/clipboard.js";
import { judge, MAX_LENGTH, MIN_LENGTH } from "/web/app/password.js";

const api = "/v1/webapi/users/password/token";
const page = document.body.dataset;
const token = page.token ?? "";
const byId = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const sections = ["loading", "form", "done", "failed"];

let user = "";
let needsCode = false;

/** @param {string} name */
function show(name) {
  for (const section of sections) {
    byId(section).hidden = section !== name;
  }
  if (name === "done" || name === "failed") {
    byId(name).focus();
  }
}

/**
 * @param {string} id of the input
 * @param {string} message empty: all is well
 */
function mark(id, message) {
  byId(id).setAttribute("aria-invalid", message ? "true" : "false");
  byId(`${id}-error`).textContent = message;
  return message === "";
}

/** @param {Response} response */
async function messageOf(response) {
  try {
    const body = await response.json();
    return typeof body.message === "string" ? body.message : "";
  } catch {
    return "";
  }
}

/**
 * @param {number} status 0: the proxy could not be reached
 * @param {string} message
 */
function fail(status, message) {
  const text = byId("failed-text");
  const advice = byId("failed-advice");
  const retry = byId("retry");
  retry.hidden = true;
  if (status === 0 || status === 429 || status >= 500) {
    byId("failed-title").textContent = status === 429 ? "Too many tries" : "The server does not answer";
    text.textContent = message || "The connection to the proxy failed.";
    advice.textContent = "Your link stays good: wait a moment and try again.";
    retry.hidden = false;
  } else {
    byId("failed-title").textContent = "This link does not work";
    text.textContent = "It was used already, has expired, or was not copied whole.";
    advice.textContent = page.mode === "reset"
      ? "If you have set your password, log in with tsh. Otherwise ask an administrator for a new link: tctl users reset."
      : "If you have set your password, log in with tsh. Otherwise ask an administrator for a new invitation.";
  }
  show("failed");
}

async function load() {
  show("loading");
  let response;
  try {
    response = await fetch(`${api}/${encodeURIComponent(token)}`, { headers: { Accept: "application/json" }, cache: "no-store" });
  } catch {
    fail(0, "");
    return;
  }
  if (!response.ok) {
    fail(response.status, await messageOf(response));
    return;
  }

  const invitation = await response.json();
  user = invitation.user;
  needsCode = Boolean(invitation.qrCode);
  byId("username").value = user;
  byId("greeting").textContent = page.mode === "reset" ? `Set a new password, ${user}` : `Welcome, ${user}`;
  byId("intro").textContent = needsCode
    ? "Choose a password and connect an authenticator app. You need both to log in."
    : "Choose the password with which you will log in.";
  byId("expiry").textContent = `This link is good until ${new Date(invitation.expiry).toLocaleString()}.`;
  byId("factor").hidden = !needsCode;
  byId("code").required = needsCode;
  if (needsCode) {
    byId("qr").src = `data:image/png;base64,${invitation.qrCode}`;
    const uri = new URL(invitation.otpUri);
    byId("secret").textContent = (uri.searchParams.get("secret") ?? "").replace(/(.{4})(?=.)/g, "$1 ");
    if (uri.protocol === "otpauth:") {
      byId("otp-link").href = uri.href;
    }
  }
  show("form");
  byId("password").focus();
}

function checkPassword() {
  const length = [...byId("password").value].length;
  return mark("password",
    length < MIN_LENGTH ? `Use at least ${MIN_LENGTH} characters.`
      : length > MAX_LENGTH ? `Use at most ${MAX_LENGTH} characters.`
        : "");
}

function checkConfirm() {
  return mark("confirm", byId("confirm").value === byId("password").value ? "" : "The two passwords differ.");
}

function checkCode() {
  return !needsCode || mark("code", /^\d{6}$/.test(code()) ? "" : "Type the six digits that the app shows now.");
}

function code() {
  return byId("code").value.replace(/\s/g, "");
}

/** @param {string} text */
function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** @param {SubmitEvent} event */
async function submit(event) {
  event.preventDefault();
  const error = byId("form-error");
  error.hidden = true;
  const good = [checkPassword(), checkConfirm(), checkCode()];
  if (good.includes(false)) {
    byId(["password", "confirm", "code"][good.indexOf(false)]).focus();
    return;
  }

  const button = byId("submit");
  button.disabled = true;
  try {
    const response = await fetch(api, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": page.csrf ?? "" },
      body: JSON.stringify({ token, password: base64(byId("password").value), second_factor_token: needsCode ? code() : "" }),
    });
    if (response.ok) {
      byId("command").textContent = `tsh login --proxy=${page.proxy} --user=${user}`;
      byId("form").reset();
      show("done");
      return;
    }
    const message = await messageOf(response);
    if (response.status === 404) {
      fail(response.status, message);
      return;
    }
    error.textContent = message ? message[0].toUpperCase() + message.slice(1) : "The server refused this. Try again.";
    error.hidden = false;
    if (needsCode) {
      byId("code").value = "";
      byId("code").focus();
    }
  } catch {
    error.textContent = "The connection to the proxy failed. Nothing was changed, as far as we know: try again.";
    error.hidden = false;
  } finally {
    button.disabled = false;
  }
}

byId("form").addEventListener("submit", submit);
byId("retry").addEventListener("click", load);
byId("password").addEventListener("input", () => {
  const { score, hint } = judge(byId("password").value, user);
  byId("strength").value = score;
  byId("password-hint").textContent = hint;
  mark("password", "");
});
byId("password").addEventListener("blur", () => byId("password").value && checkPassword());
byId("confirm").addEventListener("blur", () => byId("confirm").value && checkConfirm());
byId("reveal").addEventListener("click", () => {
  const shown = byId("password").type === "text";
  for (const id of ["password", "confirm"]) {
    byId(id).type = shown ? "password" : "text";
  }
  byId("reveal").textContent = shown ? "Show" : "Hide";
  byId("reveal").setAttribute("aria-pressed", String(!shown));
});
copyOnClick("copy-secret", "secret");
copyOnClick("copy-command", "command");
load();
