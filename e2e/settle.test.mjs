// What is taken of a sale and how a shop is paid: the operator changes a rule and sees what an order would cost, one person
// makes a settlement, a second confirms it, and the shop finds it on its statement.
import assert from "node:assert/strict";
import { as, open, press, run, sending, story, tabTo } from "./lib.mjs";

/** Types into a field that Tab reaches. */
async function type(page, selector, text) {
  await tabTo(page, selector);
  await press(page, "Control+A");
  await page.keyboard.type(text);
}

/** Presses a button that Tab reaches; gives the answer once the page that follows is there. */
async function push(page, selector) {
  await tabTo(page, selector);
  return sending(page, () => press(page, "Enter"));
}

story("a rule is added, tried on an order and ended", { as: "mall", width: 390, seconds: 240 }, async ({ page, js }) => {
  const name = `试用${js ? "甲" : "乙"}${run}`;
  await open(page, "/w/commissions/new");
  const from = await page.locator("input[name=from]").inputValue();
  await type(page, "input[name=name]", name);
  await type(page, "input[name=position]", js ? "3" : "4");
  await type(page, "input[name=rate]", "99");
  const button = 'form[action="/w/commissions/new"] button';
  assert.equal((await push(page, button)).status(), 422, "no rate is that high");
  assert.equal(await page.locator("input[name=name]").inputValue(), name, "nothing typed is lost");
  await type(page, "input[name=rate]", "7.25");
  assert.equal((await push(page, button)).status(), 303);

  const orders = await (await (await as("mall")).get("/w/orders?state=paid")).text();
  const number = orders.match(/\/w\/orders\/[0-9a-f-]{36}">(\d{16,})</)[1];
  await open(page, `/w/commissions?number=${number}&day=${from}`);
  const text = await page.locator("main").innerText();
  assert.match(text, /7\.25%/);
  assert.ok(text.includes(name));

  await page.locator("main a", { hasText: name }).first().click();
  await page.waitForURL(/\/w\/commissions\/[0-9a-f-]{36}$/);
  assert.equal((await push(page, 'form[action$="/end"] button')).status(), 303);
  await open(page, "/w/commissions?ended=1");
  assert.ok((await page.locator("main").innerText()).includes(name));
});

story("a shop is paid by two people", { as: "mall", js: [true], seconds: 240 }, async ({ page }) => {
  await open(page, "/w/settlements");
  const row = page.locator("tr", { has: page.locator("form") }).first();
  const shop = (await row.locator("th").innerText()).trim();
  await sending(page, () => row.locator("button").click());
  assert.match(page.url(), /\/w\/settlements\/[0-9a-f-]{36}$/);
  assert.match(await page.locator("main").innerText(), /请另一人确认付款/);
  const path = new URL(page.url()).pathname;
  const alone = await (await as("mall")).post(`${path}/paid`, { form: { reference: `E2E-${run}` } });
  assert.match(await alone.text(), /开结算单的人不能确认付款/);
  const paid = await (await as("mall2")).post(`${path}/paid`, { form: { reference: `E2E-${run}` } });
  assert.equal(paid.status(), 200);
  await open(page, path);
  const text = await page.locator("main").innerText();
  assert.ok(text.includes("已付款") && text.includes(`E2E-${run}`) && text.includes(shop), text);
});

story("a shop reads its statement and takes it away", { as: "supplier" }, async ({ page }) => {
  await open(page, "/s/statement");
  const text = await page.locator("main").innerText();
  assert.match(text, /应付店铺/);
  const csv = await page.request.get(await page.locator('a[href^="/s/statement/csv"]').getAttribute("href"));
  assert.equal(csv.status(), 200);
  assert.match(csv.headers()["content-type"], /^text\/csv/);
});
