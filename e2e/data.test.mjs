// The public figures: from the headline down to one sale, and that each level adds up.
import assert from "node:assert/strict";
import { open, picture, story } from "./lib.mjs";

for (const locale of ["zh-CN", "en"]) {
  story(`a wall shows the whole cockpit in ${locale}`, { locale }, async ({ page, js }) => {
    await page.setViewportSize({ width: 1920, height: 1080 });
    for (const path of ["/data", "/data/screen"]) {
      await open(page, path);
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      assert.ok(height <= 1080, `${path} is ${height} px high`);
      if (js) await picture(page, `${path} ${locale}`);
    }
  });
}

story("another definition is one step away", {}, async ({ page }) => {
  await open(page, "/data");
  await page.locator("summary", { hasText: "换一个口径" }).click();
  await page.locator('a[href="/data?d=gd-2020"]').click();
  await page.waitForURL(/d=gd-2020/);
  assert.match(await page.locator("main").innerText(), /2020 年 1—11 月/);
});

story("from the headline to one sale by links alone", {}, async ({ page }) => {
  await open(page, "/data");
  await page.locator('a[href^="/data/origin/52"]').first().click();
  await page.waitForURL(/\/data\/origin\/520000/);
  await page.locator('main a[href^="/data/origin/52"]:not([href^="/data/origin/520000"])').first().click();
  await page.waitForURL(/\/data\/origin\/52\d+/);
  await open(page, "/data/trades?origin=520000");
  await page.locator('a[href^="/data/trade/"]').first().click();
  await page.waitForURL(/\/data\/trade\//);
  assert.match(await page.locator("main").innerText(), /元|yuan/);
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

story("a figure tells what changed it", {}, async ({ page }) => {
  await open(page, "/data/m/gd-3y?lang=en");
  const versions = page.getByRole("table", { name: "Versions" });
  assert.match(await versions.innerText(), /version 1[\s\S]*Shipped with the product[\s\S]*First version/);
  const days = page.getByRole("table", { name: "Changes of the value" }).locator("tbody tr");
  assert.match(await days.first().innerText(), /import/);
  await open(page, "/data/origin/520000?lang=en");
  assert.match(await page.locator("main").innerText(), /Bijie/);
});
