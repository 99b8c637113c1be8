// The work of the task force: files come in, reports are compared, definitions and releases are made.
import assert from "node:assert/strict";
import { checkPage, open, picture, run, story } from "./lib.mjs";

const workPages = ["/w/imports", "/w/imports/new", "/w/matches", "/w/definitions", "/w/releases", "/w/jobs", "/w/audit"];

for (const path of workPages) {
  story(`${path} reads well`, { js: [true], as: "province", seconds: 180 }, async ({ page }) => {
    await open(page, path);
    await checkPage(page, path);
    await picture(page, `${path} desk`);
  });
}

/** A union's list in CSV: one good row, one whose amount cannot be read. */
function list(mark) {
  return [
    "工会名称,采购日期,供应商,商品名称,产地,数量,单位,价税合计（元）",
    `广州市测试工会委员会${mark},2020-10-12,威宁县测试种植专业合作社,苹果,贵州省毕节市威宁县,10,公斤,88.00`,
    `广州市测试工会委员会${mark},2020-10-13,威宁县测试种植专业合作社,苹果,贵州省毕节市威宁县,10,公斤,八十多`,
    "",
  ].join("\n");
}

story("a file comes in, is checked, and is posted only when a person says so", { as: "province", seconds: 180 }, async ({ page, js }) => {
  await open(page, "/w/imports/new?source=union");
  await page.locator("input[type=file]").setInputFiles({
    name: "清单.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(list(`${js ? "甲" : "乙"}${run}`)),
  });
  await page.locator("form:has(input[type=file]) button[type=submit]").click();
  await page.waitForURL(/\/w\/imports\/[0-9a-f-]{36}/);
  const confirm = page.locator('form[action$="/confirm"]');
  for (let tries = 0; tries < 60 && (await confirm.count()) === 0; tries += 1) {
    await page.waitForTimeout(500);
    await page.reload();
  }
  assert.match(await page.locator("main").innerText(), /八十多/, "the rejected cell is shown");
  if (js) await checkPage(page, "a checked import");
  if (js) await picture(page, "import checked");
  const goodOnly = confirm.locator("input[name=good_only], input[name=good-only]");
  if ((await goodOnly.count()) > 0 && (await goodOnly.first().getAttribute("type")) === "checkbox") await goodOnly.first().check();
  const doubtful = confirm.locator("input[type=checkbox]");
  for (const box of await doubtful.all()) await box.check();
  await confirm.locator("button[type=submit]").first().click();
  const withdraw = page.locator('form[action$="/withdraw"]');
  for (let tries = 0; tries < 60 && (await withdraw.count()) === 0; tries += 1) {
    await page.waitForTimeout(500);
    await page.reload();
  }
  assert.ok((await withdraw.count()) > 0, "a posted import can be withdrawn");
});

story("a city sees its own imports and nobody else's", { js: [false], as: "guangzhou" }, async ({ page, base }) => {
  await open(page, "/w/imports");
  const text = await page.locator("main").innerText();
  assert.match(text, /广州/);
  assert.doesNotMatch(text, /深圳市月报|佛山市月报/);
  const users = await page.goto(`${base}/w/users`);
  assert.equal(users.status(), 404);
});

story("the auditor looks and changes nothing", { js: [false], as: "auditor" }, async ({ page, base }) => {
  await open(page, "/w/imports");
  await open(page, "/w/audit");
  const refused = await page.goto(`${base}/w/imports/new`);
  assert.ok([403, 404].includes(refused.status()), `an auditor may not upload: ${refused.status()}`);
});
