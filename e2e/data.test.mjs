// The public figures: from the headline down to one sale, and that each level adds up.
import assert from "node:assert/strict";
import { checkPage, open, picture, story } from "./lib.mjs";

const pages = ["/data/trades?origin=520000", "/data/m/gd-3y", "/data/releases", "/data/definitions", "/data/api"];

for (const locale of ["zh-CN", "en"]) {
  story(`the cockpit in ${locale}`, { locale, seconds: 180 }, async ({ page, js }) => {
    await open(page, "/data");
    await checkPage(page, "/data");
    if (js) await picture(page, `data ${locale}`);
  });
}

for (const path of pages) {
  story(`${path} reads well`, { js: [true], seconds: 180 }, async ({ page }) => {
    await open(page, path);
    await checkPage(page, path);
  });
}

story("from the headline to one sale by links alone", { seconds: 180 }, async ({ page, js }) => {
  await open(page, "/data");
  await page.locator('a[href^="/data/origin/52"]').first().click();
  await page.waitForURL(/\/data\/origin\/520000/);
  if (js) await checkPage(page, "a province");
  await page.locator('main a[href^="/data/origin/52"]:not([href^="/data/origin/520000"])').first().click();
  await page.waitForURL(/\/data\/origin\/52\d+/);
  await open(page, "/data/trades?origin=520000");
  await page.locator('a[href^="/data/trade/"]').first().click();
  await page.waitForURL(/\/data\/trade\//);
  assert.match(await page.locator("main").innerText(), /元|yuan/);
  if (js) await checkPage(page, "one sale");
});

story("a figure can be taken away as a file", { js: [false] }, async ({ page, base }) => {
  const csv = await page.request.get(`${base}/data/m/gd-3y.csv?by=origin-province`);
  assert.equal(csv.status(), 200);
  const json = await (await page.request.get(`${base}/api/v1/figures/gd-3y?by=origin-province`)).json();
  const sum = json.rows.reduce((total, row) => total + BigInt(row.amount), 0n);
  assert.equal(sum, BigInt(json.value), "the rows add up to the figure, to the fen");
});

story("what is not there is told politely", { js: [false] }, async ({ page, base }) => {
  for (const path of ["/data/m/nothing", "/data/origin/999999", "/data/trade/none", "/nowhere"]) {
    const answer = await page.goto(base + path);
    assert.equal(answer.status(), 404, path);
  }
});
