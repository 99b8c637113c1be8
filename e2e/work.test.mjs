// The work of the task force: files come in, reports are compared, definitions and releases are made.
import assert from "node:assert/strict";
import { open, picture, run, sending, settled, story } from "./lib.mjs";

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
  await settled(page, confirm);
  assert.match(await page.locator("main").innerText(), /八十多/, "the rejected cell is shown");
  if (js) await picture(page, "import checked");
  for (const box of await confirm.locator("input[type=checkbox]").all()) await box.check();
  await sending(page, () => confirm.locator("button[type=submit]").click());
  // A posted import can be withdrawn as a whole.
  const withdraw = page.locator('form[action$="/withdraw"]');
  await settled(page, withdraw);
  await withdraw.locator("textarea").fill("传错了文件");
  await sending(page, () => withdraw.locator("button").click());
  await settled(page, page.locator("main dt", { hasText: "撤回人" }));
  assert.match(await page.locator("main").innerText(), /传错了文件/);
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
