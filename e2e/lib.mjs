// What browser tests stand on. A test file imports from here and from node:assert, nothing else.
//
//   story(name, options, body)        A test in its own browser window, by default run twice: with JavaScript and without.
//                                     `body` gets { page, js, base }. The test also fails on a script error, an answer of
//                                     500 or more, a missing style sheet, script or picture, and a request to any other
//                                     server. A failed one leaves a picture in out/.
//     options.js       [true, false]  Which of the two to run.
//     options.as       "province"     Signed in as this person of `people`; the sign-in happens once per file.
//     options.width    1280           Width of the window in pixels; height is 800, on phones (< 600) 780 with touch.
//     options.locale   "zh-CN"        Language of the browser.
//     options.base     address        Another server than the one under test.
//     options.seconds  120            When to give up.
//   open(page, path)                  Goes to a page and fails unless the answer is 200; gives the response.
//   signIn(page, login)               Signs in through the form, as people do.
//   as(login)                         Sends requests as this person without a page, to prepare what a story begins with.
//   checkPage(page, label)            No text is missing or cut off, every icon draws something; at every width of
//                                     `widths` axe finds nothing, and there and at 320 px the page does not scroll
//                                     sideways. A failure names page, width, language, rule and selector.
//   checkEditions(page, label)        The care edition (larger type) on a phone and a desk, and the page as it is printed on
//                                     A4: axe finds nothing, nothing scrolls sideways.
//   checkAxe(page, label)             axe finds nothing on the page as it is now (WCAG 2.2 AA and best practice). axe is
//                                     a script itself: in a story without JavaScript this checks nothing.
//   checkNoSidewaysScroll(page, label)
//   checkLegible(page, label)         No text is cut off with an ellipsis, no icon is missing from the sprite.
//   picture(page, name)               A full-page PNG in out/.
//   press(page, "Tab", "Enter", …)    Keys, one after the other, for stories by keyboard.
//   tabTo(page, selector)             Presses Tab until the focus is on an element that fits, as one without a mouse does.
//   sending(page, act)                Does what sends a form; gives the answer once the page that follows is there.
//   settled(page, what, path)         Loads a page again until what one waits for is there: work in the background.
//
// The environment: `cargo xtask e2e` sets SHANHAI_E2E_BASE (server under test) and SHANHAI_CHROMIUM (browser).
// SHANHAI_E2E_LOGIN and SHANHAI_E2E_PASSWORD sign in somebody else than the people of the demonstration.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium, request } from "playwright-core";

const out = fileURLToPath(new URL("out/", import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The server under test, without a slash at the end. */
export const base = (process.env.SHANHAI_E2E_BASE ?? "http://127.0.0.1:8080").replace(/\/$/, "");

/** Sets apart what this run makes, so that a server that already runs can be tested again. */
export const run = Date.now().toString(36);

/** Phones, tablet, desk, wall. */
export const widths = [360, 390, 768, 1280, 1920];

/** The narrowest a page may get, by a small phone or by enlarging four times on a desk. */
const narrowest = 320;

/** The people of the demonstration, by login. They are made in apps/shanhai/src/demo/users.rs. */
export const people = Object.fromEntries(
  ["admin", "province", "province2", "guangzhou", "shenzhen", "weining", "market", "auditor", "mall", "mall2", "supplier", "shopper"].map((login) => [
    login,
    {
      login: process.env.SHANHAI_E2E_LOGIN ?? login,
      password: process.env.SHANHAI_E2E_PASSWORD ?? "shanhai-demo-2020",
    },
  ]),
);

/** The browser. */
export const chromiumPath = process.env.SHANHAI_CHROMIUM ?? "/usr/bin/chromium";

/** How it is started. */
export const switches = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// One browser per file, started when the first story needs it.
let browser;
const sessions = new Map();
const clients = new Map();
const withoutScripts = new WeakSet();
const theBrowser = () => {
  browser ??= chromium.launch({ executablePath: chromiumPath, args: switches });
  return browser;
};
after(async () => {
  for (const client of clients.values()) await (await client).dispose();
  await (await browser)?.close();
});

const windowOf = async (options, js) => {
  const width = options.width ?? 1280;
  const phone = width < 600;
  const from = options.base ?? base;
  const settings = {
    baseURL: from,
    javaScriptEnabled: js,
    locale: options.locale ?? "zh-CN",
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
    viewport: { width, height: phone ? 780 : 800 },
    hasTouch: phone,
  };
  const session = options.as ? await sessionOf(options.as, settings) : undefined;
  const context = await (await theBrowser()).newContext({ ...settings, storageState: session });
  context.setDefaultTimeout(10_000);
  return context;
};

// Signing in is limited and slow on purpose, so a file signs in once per person and keeps the cookies.
const sessionOf = (login, settings) => {
  if (!sessions.has(login)) {
    const start = async () => {
      const context = await (await theBrowser()).newContext(settings);
      await signIn(await context.newPage(), login);
      const state = await context.storageState();
      await context.close();
      return state;
    };
    sessions.set(login, start());
  }
  return sessions.get(login);
};

/** Everything that goes wrong on a page without the page saying so. */
const watch = (page, from) => {
  const problems = [];
  page.on("pageerror", (error) => problems.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    // An answer of 4xx is reported by the browser too; whether it is right is for the story to say.
    const refused = message.text().startsWith("Failed to load resource: the server responded with a status of 4");
    if (message.type() === "error" && !refused) problems.push(`console: ${message.text()}`);
  });
  page.on("response", (response) => {
    const part = ["stylesheet", "script", "image", "font"].includes(response.request().resourceType());
    if (response.status() >= (part ? 400 : 500)) problems.push(`${response.status()} from ${response.url()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== new URL(from).origin) {
      problems.push(`request to another server: ${url.href}`);
    }
  });
  return problems;
};

export const story = (name, options, body) => {
  for (const js of options.js ?? [true, false]) {
    const title = `${name} (${js ? "with" : "without"} JavaScript)`;
    test(title, { timeout: (options.seconds ?? 120) * 1000 }, async () => {
      const from = options.base ?? base;
      const context = await windowOf(options, js);
      const page = await context.newPage();
      if (!js) withoutScripts.add(page);
      const problems = watch(page, from);
      try {
        await body({ page, js, base: from });
        assert.deepEqual(problems, [], "the page went wrong behind the scenes");
      } catch (error) {
        await picture(page, `failed-${title}`).catch(() => {});
        throw error;
      } finally {
        await context.close();
      }
    });
  }
};

export const open = async (page, path) => {
  const response = await page.goto(path);
  assert.equal(response?.status(), 200, `${path} answers ${response?.status()}`);
  return response;
};

export const as = async (login) => {
  const settings = { baseURL: base, locale: "zh-CN" };
  if (!clients.has(login)) {
    clients.set(login, sessionOf(login, settings).then((storageState) => request.newContext({ ...settings, storageState })));
  }
  return clients.get(login);
};

export const signIn = async (page, login) => {
  const person = people[login];
  assert.ok(person, `there is no ${login}; people are ${Object.keys(people).join(", ")}`);
  await open(page, "/login");
  await page.locator("input[name=login]").fill(person.login);
  await page.locator("input[name=password]").fill(person.password);
  await page.locator("form:has(input[name=password]) button").click();
  await page.waitForLoadState();
  const path = new URL(page.url()).pathname;
  assert.notEqual(path, "/login", `${person.login} cannot sign in: ${await page.locator("main").innerText()}`);
};

export const checkAxe = async (page, label) => {
  if (withoutScripts.has(page)) return;
  // Evaluated by the browser's debugger, so the page's own content policy does not forbid it.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  // Nobody touches paper.
  const touched = !(await page.evaluate(() => matchMedia("print").matches));
  const options = { resultTypes: ["violations"], rules: { "target-size": { enabled: touched } } };
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), options);
  const report = violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map((node) => `${id} (${impact}): ${help}\n    ${node.target.join(" ")}\n    ${node.html.slice(0, 200)}`),
  );
  assert.equal(report.length, 0, `axe on ${label}:\n  ${report.join("\n  ")}`);
};

export const checkNoSidewaysScroll = async (page, label) => {
  const [content, view, widest] = await page.evaluate(() => {
    const view = document.documentElement.clientWidth;
    const scrolls = (element) => {
      for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== "visible") return true;
      }
      return false;
    };
    const beyond = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > view + 1 && !scrolls(element),
    );
    return [document.documentElement.scrollWidth, view, beyond.slice(0, 3).map((e) => e.outerHTML.slice(0, 120))];
  });
  assert.ok(content <= view, `${label} scrolls sideways, ${content} px in ${view} px:\n  ${widest.join("\n  ")}`);
};

export const checkLegible = async (page, label) => {
  const found = await page.evaluate(() => {
    const shown = (element) => element.getClientRects().length > 0;
    const icons = [...document.querySelectorAll("svg.icon use")].filter((use) => shown(use.parentElement));
    const missing = icons.filter((use) => use.getBBox().width === 0).map((use) => use.getAttribute("href").split("#")[1]);
    const cut = [...document.body.querySelectorAll("*")].filter((element) => {
      if (element.scrollWidth <= element.clientWidth || !shown(element)) return false;
      // The top bar shortens the name of an organisation; hovering shows it in full.
      return getComputedStyle(element).textOverflow === "ellipsis" && !element.closest("[title]");
    });
    return [...missing.map((name) => `icon ${name}`), ...cut.map((element) => element.outerHTML.slice(0, 120))];
  });
  assert.deepEqual(found, [], `${label}: cut off or not drawn`);
};

export const checkPage = async (page, label) => {
  // A text that is missing shows as its key, such as `login-title`.
  const texts = [await page.title(), ...(await page.locator("h1, h2, label, button, th").allInnerTexts())];
  const keys = texts.filter((text) => /^[a-z]+(-[a-z]+)+($| ·)/.test(text.trim()));
  assert.deepEqual(keys, [], `${label} shows keys instead of texts`);
  const before = page.viewportSize();
  const language = await page.locator("html").getAttribute("lang");
  const found = [];
  for (const width of [narrowest, ...widths]) {
    await page.setViewportSize({ width, height: 800 });
    for (const check of width === narrowest ? [checkNoSidewaysScroll] : [checkAxe, checkNoSidewaysScroll, checkLegible]) {
      await check(page, `${label} at ${width} px in ${language}`).catch((error) => found.push(error.message));
    }
  }
  await page.setViewportSize(before);
  assert.equal(found.length, 0, `\n${found.join("\n")}`);
};

/** A4 upright in CSS pixels. */
const paper = { width: 794, height: 1123 };

export const checkEditions = async (page, label) => {
  const before = page.viewportSize();
  const found = [];
  const look = async (size, edition) => {
    await page.setViewportSize(size);
    for (const check of [checkAxe, checkNoSidewaysScroll]) {
      await check(page, `${label} ${edition} at ${size.width} px`).catch((error) => found.push(error.message));
    }
  };
  await page.evaluate(() => document.documentElement.setAttribute("data-care", "1"));
  for (const width of [390, 1280]) await look({ width, height: 800 }, "in the care edition");
  await page.evaluate(() => document.documentElement.removeAttribute("data-care"));
  await page.emulateMedia({ media: "print" });
  await look(paper, "printed");
  await page.emulateMedia({ media: null });
  await page.setViewportSize(before);
  assert.equal(found.length, 0, `\n${found.join("\n")}`);
};

export const picture = async (page, name) => {
  mkdirSync(out, { recursive: true });
  const file = join(out, `${name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")}.png`);
  await page.screenshot({ path: file, fullPage: true });
  return file;
};

export const tabTo = async (page, selector) => {
  for (let presses = 0; presses < 400; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, selector)) return;
  }
  assert.fail(`the keyboard does not reach ${selector} on ${page.url()}`);
};

export const sending = async (page, act) => {
  const sent = page.waitForResponse((response) => response.request().method() === "POST");
  const [answer] = await Promise.all([sent, page.waitForEvent("load"), act()]);
  return answer;
};

export const settled = async (page, what, path) => {
  const end = Date.now() + 60_000;
  while ((await what.count()) === 0) {
    assert.ok(Date.now() < end, `${path ?? page.url()} does not settle: ${await page.locator("main").innerText()}`);
    await page.waitForTimeout(300);
    if (path) await page.goto(path);
    else await page.reload();
  }
};

export const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
