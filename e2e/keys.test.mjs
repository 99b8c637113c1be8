// A program's key from its making to its end, as its person and the program meet it.
import assert from "node:assert/strict";
import { base, checkPage, open, run, sending, story } from "./lib.mjs";

/** What a program with this key is answered: the status and the body. */
const asked = async (secret, path, options = {}) => {
  const answer = await fetch(`${base}${path}`, {
    ...options,
    headers: { authorization: `Bearer ${secret}`, ...options.headers },
  });
  return { status: answer.status, body: await answer.json() };
};

story("a key is made, used, revoked and refused", { as: "supplier" }, async ({ page, js }) => {
  const name = `仓库 ${run}${js ? "" : " 无脚本"}`;
  await open(page, "/w/keys");
  await page.getByLabel("名称").fill(name);
  await page.getByRole("checkbox", { name: /^查看/ }).check();
  await page.getByRole("checkbox", { name: /^商品/ }).check();
  await sending(page, () => page.getByRole("button", { name: "新建密钥" }).click());
  const secret = await page.locator("#secret").inputValue();
  assert.match(secret, /^shanhai_[0-9a-f]{64}$/);
  await checkPage(page, "/w/keys with a new key");

  assert.equal((await asked(secret, "/api/v1/shop/products")).status, 200);
  const refused = await asked(secret, "/api/v1/basket", { method: "POST" });
  assert.deepEqual([refused.status, refused.body.code], [403, "key-lacks-scope"]);

  await open(page, "/w/keys");
  assert.ok(!(await page.content()).includes(secret), "the secret is shown once");
  const row = page.getByRole("row").filter({ hasText: name });
  await row.getByRole("button", { name: "撤销" }).click();
  await row.getByText("已撤销").waitFor();
  const after = await asked(secret, "/api/v1/shop/products");
  assert.deepEqual([after.status, after.body.code], [401, "key-revoked"]);
});
