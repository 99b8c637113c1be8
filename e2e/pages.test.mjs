// Every page in both languages: at each width axe finds nothing, nothing scrolls sideways, no text is missing or cut off; the
// same in the care edition, and on paper.
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { as, checkEditions, checkPage, run, signIn, story } from "./lib.mjs";
import { placeOrder, putIntoBasket } from "./orders.mjs";
import { checkReturn, cityReturn, postReturn, twins } from "./returns.mjs";

/**
 * A page: `path`, or `from` a page that lists it and the link that leads there (`then` what follows it), or `waiting`, what
 * `prepare` made. `as` is who looks, `status` what the page answers if not 200.
 */
const pages = [
  { path: "/" },
  { path: "/halls" },
  { path: "/halls/530000" },
  { from: "/halls/530000", link: 'main a[href^="/halls/530000/"]' },
  { from: "/halls/530000", link: 'main a[href^="/producers/"]' },
  { path: "/c/fruit" },
  { path: "/c/fruit?min=10&max=200&certified=1&sort=price" },
  { path: "/search?q=pg" },
  { path: "/search?q=%E6%BD%9C%E6%B0%B4%E8%89%87" },
  { path: "/search?q=%E8%8B%B9%E6%9E%9C&min=x" },
  { from: "/c/fruit", link: 'main a[href^="/p/"]' },
  { path: "/p/0192f000-0000-7000-8000-000000000000", status: 404 },
  { path: "/me/favourites", as: "shopper" },
  { path: "/basket" },
  { path: "/basket", as: "shopper" },
  { path: "/checkout", as: "shopper" },
  { path: "/me/addresses", as: "shopper" },
  { path: "/me/addresses/new", as: "shopper" },
  { path: "/orders" },
  { path: "/orders", as: "shopper" },
  { waiting: "order", as: "shopper" },
  { waiting: "order", then: "/pay", as: "shopper" },
  { waiting: "payment", as: "shopper" },
  { path: "/s/products", as: "supplier" },
  { path: "/s/products/new", as: "supplier" },
  { from: "/s/products", link: 'main th a[href^="/s/products/"]', as: "supplier" },
  { from: "/s/products", link: 'main th a[href^="/s/products/"]', then: "/pictures", as: "supplier" },
  { path: "/s/products/import", as: "supplier" },
  { from: "/s/products/import", link: 'main a[href^="/s/imports/"]', as: "supplier" },
  { path: "/s/freight", as: "supplier" },
  { path: "/s/shop", as: "supplier" },
  { path: "/s/stock", as: "supplier" },
  { path: "/s/stock/import", as: "supplier" },
  { path: "/s/stock/receive", as: "supplier" },
  { from: "/s/stock/receive", link: 'main a[href*="sku="]', as: "supplier" },
  { from: "/s/stock", link: 'main a[href^="/s/stock/01"]', as: "supplier" },
  { path: "/s/orders", as: "supplier" },
  { from: "/s/orders?tab=unpaid", link: 'main th a[href^="/s/orders/"]', as: "supplier" },
  { path: "/s/orders/picks", as: "supplier" },
  { path: "/s/orders/waybills", as: "supplier" },
  { path: "/s/statement", as: "supplier" },
  { path: "/s/cases", as: "supplier" },
  { path: "/w/cases", as: "mall" },
  { from: "/w/cases?state=done", link: 'main th a[href^="/cases/"]', as: "mall" },
  { path: "/s/reviews", as: "supplier" },
  { path: "/s/reviews?which=all", as: "supplier" },
  { from: "/s/reviews?which=all", link: 'main a[href^="/reviews/"]', as: "supplier" },
  { path: "/w/reviews", as: "mall" },
  { waiting: "reviews" },
  { path: "/w/settlements", as: "mall" },
  { path: "/w/settlements?tab=open", as: "mall2" },
  { from: "/w/settlements?tab=paid", link: 'main th a[href^="/w/settlements/"]', as: "mall" },
  { from: "/w/settlements?tab=open", link: 'main th a[href^="/w/settlements/"]', as: "mall2" },
  { path: "/w/commissions", as: "mall" },
  { path: "/w/commissions?ended=1", as: "mall" },
  { path: "/w/commissions/new", as: "mall" },
  { from: "/w/commissions", link: 'main th a[href^="/w/commissions/"]', as: "mall" },
  { path: "/w/payments", as: "mall" },
  { path: "/w/payments/import", as: "mall" },
  { from: "/w/payments/import", link: 'main a[href^="/w/payments/import/0"]', as: "mall" },
  { path: "/w/payments/lines?show=booked", as: "mall" },
  { from: "/w/payments/lines", link: 'main th a[href^="/w/payments/lines/"]', as: "mall" },
  { path: "/w/orders", as: "mall" },
  { from: "/w/orders", link: 'main th a[href^="/w/orders/"]', as: "mall" },
  { path: "/w/listings", as: "mall" },
  { from: "/w/listings", link: 'main a[href^="/w/listings/"]', as: "mall" },
  { path: "/w/sellers", as: "mall" },
  { from: "/w/sellers", link: 'main th a[href^="/w/sellers/"]', as: "mall" },
  { path: "/w/halls", as: "mall" },
  { path: "/data" },
  { path: "/data?d=gd-2020" },
  { path: "/data/screen" },
  { path: "/data/origin/520000" },
  { from: "/data/origin/520000", link: 'main a[href^="/data/origin/52"]' },
  { from: "/data/dest/440300", link: 'main a[href^="/data/trades"]' },
  { path: "/data/dest/440300" },
  { path: "/data/channel/1" },
  { path: "/data/trades" },
  { path: "/data/trades?origin=520000" },
  { from: "/data/trades?origin=520000", link: 'a[href^="/data/trade/"]' },
  { from: "/data/trades?origin=520000", link: 'main a[href^="/data/producer/"]' },
  { path: "/data/m/gd-3y" },
  { path: "/data/m/gd-3y?by=month" },
  { path: "/data/releases" },
  { from: "/data/releases", link: 'main a[href^="/data/releases/"]' },
  { path: "/data/definitions" },
  { path: "/data/definitions/gd-3y/1" },
  { path: "/data/api" },
  { path: "/registers?on=2020-11-30" },
  { path: "/registers/counts/gba-provinces?on=2020-11-30" },
  { path: "/registers/gba-base?on=2020-11-30&state=valid" },
  { path: "/registers/gd-product?q=x&on=x" },
  { from: "/registers/gba-base", link: 'main th a[href^="/v/"]' },
  { path: "/v/NO-SUCH-NUMBER" },
  { path: "/v" },
  { path: "/w/certs", as: "province" },
  { from: "/w/certs", link: 'main th a[href^="/w/certs/"]', as: "province" },
  { path: "/w/certs/new", as: "province" },
  { path: "/w/certs/import", as: "province" },
  { from: "/w/certs/import", link: 'main th a[href^="/w/certs/imports/"]', as: "province" },
  { path: "/login" },
  { path: "/login/phone" },
  { path: "/register" },
  { path: "/story" },
  { path: "/nowhere", status: 404 },
  { path: "/data/m/nothing", status: 404 },
  { path: "/w/imports/new", as: "auditor", status: 403 },
  { path: "/data/trades?month=thirteenth", status: 400 },
  { path: "/styleguide" },
  { path: "/styleguide/cockpit" },
  { path: "/styleguide/problems/429" },
  { path: "/styleguide/problems/500" },
  { path: "/styleguide/problems/503" },
  { path: "/w", as: "province" },
  { path: "/w", as: "guangzhou" },
  { path: "/w/imports", as: "province" },
  { from: "/w/imports?state=posted", link: 'main th a[href^="/w/imports/"]', as: "province" },
  { waiting: "mend", as: "province" },
  { waiting: "refuse", as: "province" },
  { path: "/w/imports/new", as: "province" },
  { path: "/w/imports/new?source=union", as: "province" },
  { path: "/w/matches", as: "province" },
  { from: "/w/matches", link: 'main th a[href^="/w/matches/"]', as: "province" },
  { path: "/w/matches/decided", as: "province" },
  { path: "/w/sources", as: "province" },
  { path: "/w/sources/new", as: "province" },
  { path: "/w/sources/city-440100", as: "province" },
  { path: "/w/definitions", as: "province" },
  { path: "/w/definitions/new", as: "province" },
  { path: "/w/definitions/gd-3y/1", as: "province" },
  { path: "/w/definitions/gd-3y/1/edit", as: "province" },
  { path: "/w/releases", as: "province" },
  { path: "/w/releases/new", as: "province" },
  { from: "/w/releases", link: 'main th a[href^="/w/releases/"]', as: "province" },
  { path: "/w/jobs", as: "province" },
  { from: "/w/jobs", link: 'main th a[href^="/w/jobs/"]', as: "province" },
  { path: "/w/users", as: "admin" },
  { from: "/w/users", link: 'main th a[href^="/w/users/"]', as: "admin" },
  { path: "/w/users/new", as: "admin" },
  { path: "/w/keys", as: "province" },
  { path: "/w/keys", as: "supplier" },
  { path: "/s/webhooks", as: "supplier" },
  { path: "/s/webhooks", as: "mall" },
  { path: "/w/audit", as: "auditor" },
  { path: "/w/ledger", as: "auditor" },
  { path: "/w/ledger/accounts", as: "auditor" },
  { path: "/me", as: "weining" },
];

/** What the demonstration does not have: two reports to compare, an import to mend, one that cannot be read, an unpaid order. */
async function prepare() {
  const [, first, second] = twins("众");
  await postReturn("guangzhou", "city-440100", first);
  await postReturn("shenzhen", "city-440300", second);
  const row = (school, amount) => `2020-11-05,珠海市${school}中学${run},威宁县众合作社,苹果,贵州省毕节市威宁县,${amount},已付款,`;
  const rows = [row("第一", "八十多"), row("第二", "88")];
  waiting.mend = await checkReturn("province", "city-440400", cityReturn(rows), "checked");
  await prepareOrder();
  waiting.refuse = await checkReturn("province", "city-440400", `这不是月报 ${run}\n一,二,三\n`, "failed");
}
const waiting = {};

/** An order that waits for payment, its payment begun, something in the basket, and the reviews of a product. */
async function prepareOrder() {
  const supplier = await as("supplier");
  const links = async (path, pattern) => (await (await supplier.get(path)).text()).match(pattern);
  // The newest may have no stock: they come from other tests.
  const product = (await links("/s/products?tab=on-sale", /\/s\/products\/[0-9a-f-]{36}/g)).at(-1);
  const sold = (await links(product, /\/p\/[0-9a-f-]{36}/))[0];
  await putIntoBasket("shopper", sold);
  waiting.order = await placeOrder("shopper");
  const told = await (await supplier.get("/api/v1/shop/reviews")).json();
  waiting.reviews = `/reviews/of/${told.items[0].product}`;
  const paying = await (await as("shopper")).post(`${waiting.order}/pay`, { form: { provider: "simulator" } });
  waiting.payment = new URL(paying.url()).pathname;
  await putIntoBasket("shopper", sold);
}

// Two at a time: a browser window and the server each fill a core now and then.
describe("every page", { concurrency: 2 }, () => {
  before(prepare);
  for (const locale of ["zh-CN", "en"]) {
    for (const { path, from, link, then = "", waiting: made, as, status = 200 } of pages) {
      const name = path ?? (made ? `what waits: ${made}${then}` : `${from} → ${link.match(/\/[a-z/]+/)}${then}`);
      story(`${name}${as ? ` as ${as}` : ""} in ${locale}`, { locale, as, js: [true] }, async ({ page }) => {
        const found = path ?? (waiting[made] ?? (await linkOn(page, from, link))) + then;
        const answer = await page.goto(found, { waitUntil: "load" });
        assert.equal(answer.status(), status, found);
        await checkPage(page, found);
        // The editions differ in sizes and colours only, not in words: one language is enough.
        if (locale === "zh-CN") await checkEditions(page, found);
      });
    }
  }
});

story("every page of the menus is looked at", { js: [false] }, async ({ page }) => {
  const looked = new Set(pages.map(({ path }) => path));
  for (const login of ["admin", "province", "auditor", "mall", "supplier"]) {
    await page.context().clearCookies();
    await signIn(page, login);
    const links = await page.locator("nav.side a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    const missing = links.filter((href) => href.startsWith("/") && !looked.has(href));
    assert.deepEqual(missing, [], "pages that are not in the list above");
  }
});

async function linkOn(page, from, link) {
  await page.goto(from);
  return page.locator(link).first().getAttribute("href");
}
