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

story("a new phone signs in with a code and has an account", {}, async ({ page }) => {
  await open(page, "/login?next=%2Fme");
  await page.getByRole("link", { name: "手机验证码登录、注册" }).click();
  await checkPage(page, "/login/phone");
  await page.locator("input[name=phone]").fill("123");
  await page.locator("main form button").click();
  assert.match(await page.getByRole("alert").first().innerText(), /11 位手机号/);
  const phone = `139${String(Math.floor(Math.random() * 1e8)).padStart(8, "0")}`;
  await page.locator("input[name=phone]").fill(phone);
  await page.locator("main form button").click();
  await page.waitForURL(/\/login\/phone\/[0-9a-f-]+/);
  await checkPage(page, "/login/phone/{id}");
  const code = (await page.locator(".phone-code code").innerText()).trim();
  assert.match(code, /^\d{6}$/);
  await page.locator("input[name=code]").fill(code);
  await page.locator("main form button").click();
  await page.waitForURL((url) => url.pathname === "/me");
  const shown = await page.locator("main").innerText();
  assert.ok(shown.includes(`用户${phone.slice(-4)}`) && !shown.includes(phone), shown);
});

story("somebody registers with a login and a password", {}, async ({ page }) => {
  await open(page, "/register?next=%2Fme");
  await checkPage(page, "/register");
  const login = `he-${Math.floor(Math.random() * 1e9)}`;
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("short");
  await page.locator("main form button").click();
  assert.match(await page.getByRole("alert").first().innerText(), /密码还差 5 个字符/);
  assert.equal(await page.locator("input[name=login]").inputValue(), login);
  await page.locator("input[name=password]").fill("a good long one");
  await page.locator("main form button").click();
  await page.waitForURL((url) => url.pathname === "/me");
  assert.ok((await page.locator("main").innerText()).includes(login));
});
