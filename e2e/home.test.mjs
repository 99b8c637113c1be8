// The first page of the workbench: where a sign-in leads, what waits, and who has reported.
import assert from "node:assert/strict";
import { open, picture, signIn, story } from "./lib.mjs";

story("signing in leads to what waits, and the first of it is one step away", {}, async ({ page, js }) => {
  await signIn(page, "province");
  assert.equal(new URL(page.url()).pathname, "/w");
  const squares = page.locator(".board a");
  assert.ok((await squares.count()) >= 27, "21 cities and 6 other sources");
  assert.match(await page.locator("main").innerText(), /2020 年 11 月/);
  if (js) await picture(page, "home province");
  const next = page.locator(".title-action a");
  if (await next.count()) {
    const first = await page.locator(".tasks a").first().getAttribute("href");
    assert.equal(await next.getAttribute("href"), first, "the next is the oldest");
    await next.click();
    await page.waitForURL((url) => url.pathname === first);
  }
});

story("a city finds itself on the board and nobody else", { as: "guangzhou" }, async ({ page }) => {
  await open(page, "/w");
  const names = await page.locator(".board-name").allInnerTexts();
  assert.deepEqual(names, ["广州市"]);
  await page.locator("a", { hasText: "上一月" }).click();
  await page.waitForURL(/month=202010/);
  await page.locator(".board a").click();
  await page.waitForURL(/\/w\/imports\?source=city-440100/);
  assert.doesNotMatch(await page.locator("main tbody").innerText(), /深圳/);
});
