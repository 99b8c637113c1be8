// Signing in, by mouse and by keyboard, and what a wrong password leads to.
import assert from "node:assert/strict";
import { checkPage, open, people, press, signIn, story } from "./lib.mjs";

story("the page to sign in", {}, async ({ page }) => {
  await open(page, "/login");
  await checkPage(page, "/login");
});

story("a wrong password keeps the login and says what to do", {}, async ({ page }) => {
  await open(page, "/login");
  await page.locator("input[name=login]").fill("nobody-of-that-name");
  await page.locator("input[name=password]").fill("not the password");
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === "POST"),
    page.locator("form:has(input[name=password]) button").click(),
  ]);
  assert.equal(answer.status(), 422);
  const alert = page.getByRole("alert");
  assert.match(await alert.innerText(), /账号|密码/);
  assert.equal(await page.locator("input[name=login]").inputValue(), "nobody-of-that-name");
  assert.equal(await page.locator("input[name=password]").inputValue(), "");
  await checkPage(page, "/login after a wrong password");
});

story("signing in leads away from the form and lasts", {}, async ({ page }) => {
  await signIn(page, "province");
  const cookies = await page.context().cookies();
  assert.ok(cookies.some(({ httpOnly, sameSite }) => httpOnly && sameSite !== "None"), "no session cookie");
  await page.reload();
  assert.notEqual(new URL(page.url()).pathname, "/login", "still signed in after a reload");
});

story("signing in by keyboard", { js: [true] }, async ({ page }) => {
  await open(page, "/login");
  await page.locator("input[name=login]").focus();
  await page.keyboard.type(people.auditor.login);
  await press(page, "Tab");
  await page.keyboard.type(people.auditor.password);
  await press(page, "Enter");
  await page.waitForURL((url) => url.pathname !== "/login");
});
