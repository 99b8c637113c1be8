// Two reports that may be the same sale: a person sees both sides, decides, takes it back, and decides the other way.
import assert from "node:assert/strict";
import { checkPage, open, sending, settled, story } from "./lib.mjs";
import { postReturn, twins } from "./returns.mjs";

story("a city compares two reports, decides and takes it back", { as: "shenzhen", seconds: 180 }, async ({ page, js, base }) => {
  const [seller, first, second] = twins(js ? "甲" : "乙");
  await postReturn("guangzhou", "city-440100", first);
  await postReturn("shenzhen", "city-440300", second);
  await open(page, "/w/matches?source=city-440300");
  const row = page.locator("main tbody tr", { hasText: seller });
  await row.locator("th a").click();
  await page.waitForURL(/\/w\/matches\/[0-9a-f-]{36}/);
  const waiting = new URL(page.url()).pathname;
  const text = await page.locator("main").innerText();
  for (const part of [seller, "2020-11-03", "2020-11-13", "广州市月报", "深圳市月报"]) assert.ok(text.includes(part), `${part} in ${text}`);
  if (js) await checkPage(page, "two reports side by side");

  await page.locator("input[name=reason]").fill("两笔货，收货人不同");
  await decide(page, "different");
  await open(page, "/w/matches?source=city-440300");
  assert.equal(await row.count(), 0, "what is decided does not wait any more");
  await open(page, "/w/matches/decided");
  const ruled = page.locator("main tbody tr", { hasText: "两笔货，收货人不同" }).first();
  await sending(page, () => ruled.locator("button").click());
  await settled(page, page.locator(`form[action^="${waiting}"]`), base + waiting);
  await decide(page, "same");
  await open(page, waiting);
  assert.equal(await page.locator(`form[action^="${waiting}"]`).count(), 0, "decided again");
});

async function decide(page, decision) {
  const answer = await sending(page, () => page.locator(`button[name=decision][value=${decision}]`).click());
  assert.equal(answer.status(), 303);
}
