// A shop's program that listens: its endpoint is made, tried out, signed for, repeated, switched off.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { checkPage, open, sending, settled, story } from "./lib.mjs";

/** A program on this machine that hears messages and answers 200. */
async function listen() {
  const heard = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    heard.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
    response.end("thank you");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { heard, url: `http://127.0.0.1:${server.address().port}/hook`, close: () => server.close() };
}

/** Whether a message is signed with a secret, as docs/webhooks.md says. */
function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const wanted = `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
  return headers["webhook-signature"].split(" ").includes(wanted);
}

story("an endpoint is made, tried out, given a new secret and switched off", { as: "supplier" }, async ({ page }) => {
  const program = await listen();
  try {
    await open(page, "/s/webhooks");
    await page.getByLabel("推送地址", { exact: true }).fill(program.url);
    await sending(page, () => page.getByRole("button", { name: "新建推送地址" }).click());
    await page.getByText("请至少选一种事件").first().waitFor();
    await checkPage(page, "/s/webhooks with an error");
    await page.getByLabel("付款完成").check();
    await sending(page, () => page.getByRole("button", { name: "新建推送地址" }).click());
    const secret = await page.locator("#secret").inputValue();
    assert.match(secret, /^whsec_/);
    await checkPage(page, "/s/webhooks with a new secret");

    await page.getByRole("link", { name: program.url }).first().click();
    const address = new URL(page.url()).pathname;
    await checkPage(page, "an endpoint");
    await sending(page, () => page.getByRole("button", { name: "发一条测试" }).click());
    const message = new URL(page.url()).pathname;
    await settled(page, page.getByText("已送达"), message);
    await page.getByText("thank you").waitFor();
    await checkPage(page, "a message");
    assert.equal(program.heard.length, 1);
    assert.equal(JSON.parse(program.heard[0].body).type, "webhook.test");
    assert.ok(isSigned(program.heard[0], secret));

    await open(page, address);
    await sending(page, () => page.getByRole("button", { name: "更换签名密钥" }).click());
    const second = await page.locator("#secret").inputValue();
    assert.notEqual(second, secret);
    await open(page, message);
    await sending(page, () => page.getByRole("button", { name: "重新推送" }).click());
    await settled(page, page.locator("main tbody tr").nth(1), message);
    assert.ok(isSigned(program.heard[1], secret) && isSigned(program.heard[1], second));
    assert.equal(program.heard[1].headers["webhook-id"], program.heard[0].headers["webhook-id"]);

    await open(page, address);
    assert.ok(!(await page.content()).includes("whsec_"), "a secret is shown once");
    await sending(page, () => page.getByRole("button", { name: "停用" }).click());
    await page.getByText("推送地址已停用").first().waitFor();
    await checkPage(page, "an endpoint that is off");
  } finally {
    program.close();
  }
});
