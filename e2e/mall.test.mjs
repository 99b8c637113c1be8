// The mall on a phone and without a mouse: a supplier fills a product in, the operator returns one field, the supplier mends
// it, and a shopper finds it by the initials of its pinyin; an order goes from the basket to the parcel that is received.
import assert from "node:assert/strict";
import { open, picture, press, run, sending, signIn, story, tabTo } from "./lib.mjs";

const sessions = new Map();

/** Goes on as somebody else, in the same window. */
async function become(page, login) {
  const context = page.context();
  await context.clearCookies();
  if (login === undefined) return;
  if (sessions.has(login)) {
    await context.addCookies(sessions.get(login));
  } else {
    await signIn(page, login);
    sessions.set(login, await context.cookies());
  }
}

/** Types into a field that Tab reaches. */
async function type(page, selector, text) {
  await tabTo(page, selector);
  await press(page, "Control+A");
  await page.keyboard.type(text);
}

/** Presses a button that Tab reaches; gives the answer once the page that follows is there. */
async function push(page, selector) {
  await tabTo(page, selector);
  return sending(page, () => press(page, "Enter"));
}

/** What is typed is kept by itself a moment after its field was left; handing in waits for it as a person's eyes do. */
async function kept(page, js) {
  if (!js) return;
  const answer = page.waitForResponse((response) => new URL(response.url()).pathname.endsWith("/draft"));
  await press(page, "Tab");
  assert.equal((await answer).status(), 200);
  await page.locator("#saved [role=status]").waitFor();
}

story("a product comes from its supplier to a shopper", { width: 390, seconds: 240 }, async ({ page, js }) => {
  const name = js ? "雾里白心柚" : "岭上脆蜜桃";
  const initials = js ? "wlbxy" : "lscmt";
  const code = `E2E-${js ? "J" : "N"}-${run}`;
  await become(page, "supplier");
  await open(page, "/s/products/new");
  await type(page, "input[name=name]", name);
  await type(page, "input[name=code]", code);
  assert.equal((await push(page, "main form button[type=submit]")).status(), 303);
  const form = page.url();
  assert.match(form, /\/s\/products\/[0-9a-f-]{36}$/);

  await type(page, "input[name=origin]", "亚特兰蒂斯");
  await type(page, "input[name=producer]", "昭阳区测试种植专业合作社");
  await type(page, "input[name=sku-0-spec]", "5 kg 装");
  await type(page, "input[name=sku-0-content]", "5 kg");
  await type(page, "input[name=sku-0-price]", "59.90");
  await type(page, "textarea[name=delivery]", "付款后 48 小时内发货");
  await tabTo(page, "input[name=returnable]");
  await press(page, "Space");
  await type(page, "textarea[name=after-sales]", "坏果包赔");
  await type(page, "input[name=limit]", "20");
  await kept(page, js);
  assert.equal((await push(page, "button[name=action][value=submit]")).status(), 422, "there is no such place");
  assert.match(await page.title(), /^有误/);
  assert.equal(await page.locator("input[name=producer]").inputValue(), "昭阳区测试种植专业合作社", "nothing typed is lost");
  await type(page, "input[name=origin]", "云南省昭通市昭阳区");
  await kept(page, js);
  assert.equal((await push(page, "button[name=action][value=submit]")).status(), 303);

  await become(page, "mall");
  await open(page, "/w/listings");
  const listing = await page.locator("main a", { hasText: name }).last().getAttribute("href");
  await open(page, listing);
  if (js) await picture(page, "listing on a phone");
  await type(page, "input[name=remark-producer]", "请写营业执照上的全称");
  await push(page, "button[name=action][value=return]");

  await become(page, "supplier");
  await open(page, new URL(form).pathname);
  assert.match(await page.locator("main").innerText(), /请写营业执照上的全称/);
  await type(page, "input[name=producer]", "昭通市昭阳区测试种植专业合作社");
  await kept(page, js);
  assert.equal((await push(page, "button[name=action][value=submit]")).status(), 303);

  await become(page, "mall");
  await open(page, listing);
  await push(page, "button[name=action][value=approve]");

  await become(page);
  await open(page, "/");
  await tabTo(page, "input[name=q]");
  await page.keyboard.type(initials);
  await Promise.all([page.waitForURL(/\/search\?/), press(page, "Enter")]);
  await tabTo(page, '.goods a[href^="/p/"]');
  assert.match(await page.locator(".goods li").first().innerText(), new RegExp(name));
  await Promise.all([page.waitForURL(/\/p\//), press(page, "Enter")]);
  const text = await page.locator("main").innerText();
  for (const part of [name, "59.90", "云南省昭通市昭阳区", "昭通市昭阳区测试种植专业合作社", "坏果包赔", "每人 30 天内限购 20 件"]) {
    assert.ok(text.includes(part), `${part} is missing in ${text}`);
  }
  if (js) await picture(page, "product on a phone");
});

story("an order goes from the basket to its receipt", { width: 390, seconds: 240 }, async ({ page, js }) => {
  const text = () => page.locator("main").innerText();
  await become(page, "supplier");
  await open(page, "/s/products?tab=on-sale");
  // The newest may have no stock: they come from other stories.
  await open(page, await page.locator('main th a[href^="/s/products/"]').last().getAttribute("href"));
  const product = await page.locator('main a[href^="/p/"]').first().getAttribute("href");

  await become(page, "shopper");
  await open(page, product);
  await type(page, "input[name=pieces]", "2");
  assert.equal((await push(page, 'form[action="/basket/add"] button')).status(), 303);
  assert.equal(new URL(page.url()).pathname, "/basket");
  if (js) await picture(page, "basket on a phone");
  await tabTo(page, 'a[href="/checkout"]');
  await Promise.all([page.waitForURL(/\/checkout$/), press(page, "Enter")]);
  await type(page, "textarea[name=pasted]", "何平 13800138000 广东省深圳市南山区粤海街道科苑路8号");
  assert.equal((await push(page, "button[name=action][value=parse]")).status(), 200);
  assert.equal(await page.locator("input[name=receiver]").inputValue(), "何平");
  assert.equal(await page.locator("select[name=county]").inputValue(), "440305");
  if (js) await picture(page, "checkout on a phone");
  assert.equal((await push(page, "button[name=action][value=place]")).status(), 303);
  const order = new URL(page.url()).pathname.replace(/\/pay$/, "");
  assert.match(order, /^\/orders\/[0-9a-f-]{36}$/);
  await push(page, `form[action="${order}/pay"] button`);
  assert.match(page.url(), /\/pay\/simulator\//);
  await push(page, 'form[action^="/pay/simulator/"] button');
  assert.equal(new URL(page.url()).pathname, order);
  assert.match(await text(), /待发货/);
  const number = (await page.title()).match(/\d{16,}/)[0];

  await become(page, "supplier");
  await open(page, "/s/orders");
  await open(page, await page.locator("main a", { hasText: number }).getAttribute("href"));
  assert.match(await text(), /科苑路8号/);
  await type(page, "input[name=carrier]", "顺丰");
  await type(page, "input[name=waybill]", `SF${js ? "1" : "2"}${run}`);
  assert.equal((await push(page, 'form[action$="/ship"] button')).status(), 303);
  assert.match(await text(), /已发货/);

  await become(page, "shopper");
  await open(page, "/orders");
  await page.locator(`main a[href="${order}"]`).waitFor();
  await open(page, order);
  assert.match(await text(), new RegExp(`顺丰 SF[12]${run}`, "i"));
  await push(page, 'form[action$="/receive"] button');
  assert.match(await text(), /已收货/);
  if (js) await picture(page, "order on a phone");

  await tabTo(page, 'a[href$="/after-sale"]');
  await Promise.all([page.waitForURL(/\/after-sale$/), press(page, "Enter")]);
  await page.locator("input[name=kind][value=refund]").check();
  const send = 'form[action$="/after-sale"] button';
  await type(page, "textarea[name=reason]", "有一个坏果");
  assert.equal((await push(page, send)).status(), 422, "no pieces are chosen");
  await type(page, "input[name^=pieces-]", "1");
  assert.equal((await push(page, send)).status(), 303);
  const path = new URL(page.url()).pathname;
  await page.locator("input[type=file]").setInputFiles({ name: "图.png", mimeType: "image/png", buffer: await page.screenshot() });
  await sending(page, () => page.locator("form.upload button[type=submit]").click());
  const photo = `${path}/photos/1`;
  assert.equal((await page.request.get(photo)).headers()["content-type"], "image/jpeg");

  await become(page);
  assert.equal((await page.request.get(photo)).status(), 404, "a photo is for three parties only");
  await become(page, "supplier");
  assert.equal((await page.request.get(photo)).status(), 200);
  await open(page, path);
  await push(page, "button[name=answer][value=agree]");
  assert.match(await text(), /已完成/);
  await become(page, "shopper");
  await open(page, order);
  assert.match(await text(), /仅退款/);
});

story("a photo is added, shown first and taken away", { as: "supplier", width: 390 }, async ({ page, js }) => {
  await open(page, "/s/products/new");
  await page.locator("input[name=name]").fill("雾里白心柚");
  await page.locator("input[name=code]").fill(`E2E-P-${js ? "J" : "N"}-${run}`);
  await sending(page, () => page.locator("main form button[type=submit]").click());
  await sending(page, () => page.locator("button[name=action][value=pictures]").click());
  const send = async (file) => {
    await page.locator("input[type=file]").setInputFiles(file);
    await page.locator("form.upload button[type=submit]").click();
  };
  await send({ name: "图.jpg", mimeType: "image/jpeg", buffer: Buffer.from("<svg/>") });
  await page.locator(".error", { hasText: "不是 JPG" }).waitFor();
  for (const count of [1, 2]) {
    // A photo like any other: what the page itself looks like.
    const buffer = await page.screenshot({ type: count === 1 ? "png" : "jpeg" });
    await send({ name: "图", mimeType: "image/png", buffer });
    await page.locator(".photos li").nth(count - 1).waitFor();
  }
  const sources = async () => page.locator(".photos img").evaluateAll((all) => all.map((one) => one.getAttribute("src")));
  const [first, second] = await sources();
  const shown = await page.request.get(second);
  assert.equal(shown.status(), 200);
  assert.equal(shown.headers()["content-type"], "image/jpeg");
  assert.equal(shown.headers()["set-cookie"], undefined);
  if (js) await picture(page, "photos on a phone");
  await sending(page, () => page.locator("button[name=action][value=first]").click());
  assert.deepEqual(await sources(), [second, first]);
  await sending(page, () => page.locator("button[name=action][value=remove]").first().click());
  assert.deepEqual(await sources(), [first]);
});
