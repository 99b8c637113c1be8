// What a figure counts, and what is published: a draft with its preview, a proposal with its second person.
import assert from "node:assert/strict";
import { checkPage, open, run, sending, settled, signIn, story } from "./lib.mjs";

const press = (page, button) => sending(page, () => button.click());

story("a definition is drafted, previewed and put in force", { as: "province", seconds: 180 }, async ({ page, js }) => {
  const code = `tea-${js ? "with" : "without"}-${run}`;
  await open(page, "/w/definitions/new");
  await page.locator("input[name=code]").fill(code);
  const submit = page.locator("main form button[type=submit]");
  assert.equal((await press(page, submit)).status(), 422, "a draft without a name is not kept");
  assert.ok(await page.locator(".error-summary").isVisible());
  assert.equal(await page.locator("input[name=code]").inputValue(), code, "what was entered is still there");
  if (js) await checkPage(page, "a draft with mistakes");
  await page.locator("input[name=name_zh]").fill(`茶叶 ${code}`);
  await page.locator("input[name=name_en]").fill(`Tea ${code}`);
  await page.locator("textarea[name=text_zh]").fill("三年口径里的茶叶。");
  await page.locator("textarea[name=text_en]").fill("Tea within the three years.");
  await page.locator("input[name=period_from]").fill("2018-01-01");
  await page.locator("input[name=period_to]").fill("2020-11-30");
  await page.locator("input[name=category][value=tea]").check();
  assert.equal((await press(page, submit)).status(), 303);
  await page.waitForURL(new RegExp(`/w/definitions/${code}/1`));
  await press(page, page.locator('form[action$="/preview"] button'));
  await settled(page, page.locator('form[action$="/publish"]'), `/w/definitions/${code}/1`);
  if (js) await checkPage(page, "a previewed draft");
  await press(page, page.locator('form[action$="/publish"] button'));
  await open(page, `/data/m/${code}`);
  assert.match(await page.locator("main").innerText(), /茶叶/);
});

story("a release needs two people", { as: "province", seconds: 180 }, async ({ page, js, base }) => {
  const name = `浏览器测试通报 ${js ? "一" : "二"} ${run}`;
  await open(page, "/w/releases/new");
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=definition][value=gd-3y]").check();
  assert.equal((await press(page, page.locator("main form button[type=submit]"))).status(), 303);
  await page.waitForURL(/\/w\/releases\/[0-9a-f-]{36}/);
  const path = new URL(page.url()).pathname;
  assert.equal(await page.locator('form[action$="/approve"]').count(), 0, "who proposed it cannot approve it");

  await page.context().clearCookies();
  await signIn(page, "province2");
  const todo = page.locator(".tasks a", { hasText: name });
  assert.equal(await todo.getAttribute("href"), path, "it waits for the second person");
  await todo.click();
  await page.waitForURL(base + path);
  if (js) await checkPage(page, "a proposed release");
  await press(page, page.locator('form[action$="/approve"] button'));
  await open(page, "/data/releases");
  await page.locator("main a", { hasText: name }).click();
  await page.waitForURL(/\/data\/releases\//);
  assert.match(await page.locator("main").innerText(), /[0-9a-f]{64}/, "its hash is public");
});
