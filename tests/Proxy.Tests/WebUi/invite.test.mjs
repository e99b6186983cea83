// Drives the page's own script against a document of our making; run by InvitePageTests.
import assert from "node:assert/strict";

const elements = {};
let focused = "";

function element(id) {
  return elements[id] ??= {
    value: "", textContent: "", hidden: false, disabled: false, type: "password", attributes: {}, handlers: {},
    setAttribute(name, value) { this.attributes[name] = value; },
    addEventListener(name, handler) { this.handlers[name] = handler; },
    focus() { focused = id; },
    reset() {},
  };
}

globalThis.document = {
  body: { dataset: { token: "t0k3n", csrf: "c".repeat(64), proxy: "proxy.example:3080", mode: "invite" } },
  getElementById: element,
};

const calls = [];
let answer = () => ({ status: 200, body: {
  user: "alice", qrCode: "AAAA", otpUri: "otpauth://totp/x:alice?secret=ABCDEFGHIJ", expiry: "2030-01-01T00:00:00Z",
} });
globalThis.fetch = async (url, init = {}) => {
  calls.push({ url, method: init.method ?? "GET", headers: init.headers, body: init.body && JSON.parse(init.body) });
  const { status, body } = answer();
  return { ok: status < 400, status, json: async () => body };
};
const submit = () => elements.form.handlers.submit({ preventDefault() {} });

await import(process.argv[2]);
await new Promise((resolve) => setTimeout(resolve, 50));

assert.equal(calls[0].url, "/v1/webapi/users/password/token/t0k3n");
assert.equal(elements.form.hidden, false);
assert.equal(elements.greeting.textContent, "Welcome, alice");
assert.equal(elements.secret.textContent, "ABCD EFGH IJ");
assert.equal(elements.qr.src, "data:image/png;base64,AAAA");
assert.equal(focused, "password");

elements.password.value = "short";
await submit();
assert.match(elements["password-error"].textContent, /at least 12/);
assert.equal(elements.password.attributes["aria-invalid"], "true");
elements.password.value = "pässword of alice's";
elements.confirm.value = "another";
await submit();
assert.match(elements["confirm-error"].textContent, /differ/);
elements.confirm.value = elements.password.value;
elements.code.value = "12 34";
await submit();
assert.match(elements["code-error"].textContent, /six digits/);
assert.equal(calls.length, 1, "nothing is sent before it is complete");

answer = () => ({ status: 400, body: { message: "invalid totp token" } });
elements.code.value = "123 456";
await submit();
assert.equal(elements["form-error"].textContent, "Invalid totp token");
assert.equal(elements["form-error"].hidden, false);

answer = () => ({ status: 200, body: { user: "alice" } });
elements.code.value = "123456";
await submit();
const sent = calls.at(-1);
assert.equal(sent.method, "PUT");
assert.equal(sent.headers["X-CSRF-Token"], "c".repeat(64));
assert.equal(sent.headers["Content-Type"], "application/json");
assert.equal(sent.body.token, "t0k3n");
assert.equal(sent.body.second_factor_token, "123456");
assert.equal(Buffer.from(sent.body.password, "base64").toString("utf8"), "pässword of alice's");
assert.equal(elements.done.hidden, false);
assert.equal(elements.command.textContent, "tsh login --proxy=proxy.example:3080 --user=alice");

answer = () => ({ status: 404, body: { message: "gone" } });
await elements.retry.handlers.click();
assert.match(elements["failed-title"].textContent, /does not work/);
assert.equal(elements.retry.hidden, true);
answer = () => { throw new TypeError("network"); };
await elements.retry.handlers.click();
assert.match(elements["failed-title"].textContent, /does not answer/);
assert.equal(elements.retry.hidden, false);

for (const [password, score] of [["", 0], ["short", 1], ["password1234", 1], ["aaaaaaaaaaaaaaa", 1], ["alice-in-wonder", 1], ["correct horse battery staple", 4]]) {
  elements.password.value = password;
  elements.password.handlers.input();
  assert.equal(elements.strength.value, score, password);
}
