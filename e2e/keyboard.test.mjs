// Without a mouse: signing in, an import, a decision, and the way from the headline to one sale. Tab, Enter and the keys
// that the pages name; nothing is clicked and no address typed after the first one.
import assert from "node:assert/strict";
import { open, people, press, sending, settled, story, tabTo } from "./lib.mjs";
import { postReturn, twins } from "./returns.mjs";

/** Goes to a link, button or field with Tab and presses Enter on it; waits for the page that comes. */
async function enter(page, selector) {
  await tabTo(page, selector);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

story("sign in, import and decide by keyboard", { seconds: 240 }, async ({ page, js }) => {
  const [seller, first, second] = twins(js ? "键" : "盘");
  await postReturn("guangzhou", "city-440100", first);

  await open(page, "/login");
  await tabTo(page, "input[name=login]");
  await page.keyboard.type(people.shenzhen.login);
  await press(page, "Tab");
  await page.keyboard.type(people.shenzhen.password);
  await Promise.all([page.waitForURL(/\/w$/), page.keyboard.press("Enter")]);

  await enter(page, 'nav a[href="/w/imports"]');
  await enter(page, 'main a[href="/w/imports/new"]');
  if (await page.locator("main select[name=source]").count()) {
    await tabTo(page, "main select[name=source]");
    await page.keyboard.type("深圳");
    await enter(page, "main form button");
  }
  await tabTo(page, "input[type=file]");
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press(page, "Space")]);
  await chooser.setFiles({ name: "深圳键盘.csv", mimeType: "text/csv", buffer: Buffer.from(second) });
  await tabTo(page, "form:has(input[type=file]) button[type=submit]");
  await Promise.all([page.waitForURL(/\/w\/imports\/[0-9a-f-]{36}/), page.keyboard.press("Enter")]);
  await settled(page, page.locator('form[action$="/confirm"]'));
  if (await page.locator('form[action$="/confirm"] input[type=checkbox]').count()) {
    await tabTo(page, 'form[action$="/confirm"] input[type=checkbox]');
    await press(page, "Space");
  }
  await enter(page, 'form[action$="/confirm"] button[type=submit]');
  await settled(page, page.locator('form[action$="/withdraw"]'));

  await enter(page, 'main a[href="/w/matches"]');
  const row = page.locator("main tbody tr", { hasText: seller }).locator("th a");
  await enter(page, `main a[href="${await row.getAttribute("href")}"]`);
  assert.ok((await page.locator("main").innerText()).includes(seller));
  if (!js) await tabTo(page, "button[name=decision][value=different]");
  const answer = await sending(page, () => press(page, js ? "r" : "Enter"));
  assert.equal(answer.status(), 303);
  await enter(page, 'nav a[href="/w/matches"]');
  assert.equal(await row.count(), 0, "the decided report does not wait any more");
});

story("from the headline to one sale by keyboard", { seconds: 120 }, async ({ page }) => {
  await open(page, "/data");
  await enter(page, 'svg a[href^="/data/origin/52"]');
  await enter(page, 'main table a[href^="/data/origin/52"]');
  await enter(page, 'main table a[href^="/data/origin/52"]');
  await enter(page, 'header a[href^="/data/trades"]');
  await enter(page, 'main table a[href^="/data/trade/"]');
  assert.match(page.url(), /\/data\/trade\//);
  assert.match(await page.locator("main").innerText(), /元/);
});

story("every control that has the focus shows it", { as: "province", js: [true], seconds: 120 }, async ({ page }) => {
  for (const path of ["/data", "/w", "/w/imports"]) {
    await open(page, path);
    for (let presses = 0; presses < 40; presses += 1) {
      await press(page, "Tab");
      const bare = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        // A tile of the map is drawn; its square carries the outline.
        const shown = [element, ...element.querySelectorAll(":scope > rect")].some((part) => {
          const { outlineStyle, outlineWidth, stroke, strokeWidth } = getComputedStyle(part);
          return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || (stroke !== "none" && parseFloat(strokeWidth) >= 3);
        });
        return shown ? null : element.outerHTML.slice(0, 120);
      });
      assert.equal(bare, null, `${path}: the focus is not to be seen`);
    }
  }
});
