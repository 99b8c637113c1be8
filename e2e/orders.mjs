// Orders made through the forms without looking at them: for stories that begin with one.
import assert from "node:assert/strict";
import { as } from "./lib.mjs";

/** Where everything goes. */
export const address = {
  province: "440000",
  county: "440305",
  receiver: "何平",
  phone: "13800138000",
  detail: "粤海街道科苑路 8 号",
};

/** Puts a product into this person's basket; `path` is that of its page. */
export async function putIntoBasket(login, path) {
  const client = await as(login);
  const answer = await client.post("/basket/add", { form: { sku: path.split("/").pop(), pieces: "1" } });
  assert.equal(new URL(answer.url()).pathname, "/basket", await answer.text());
}

/** Orders what this person's basket holds. Returns the address of the order, which is not paid yet. */
export async function placeOrder(login) {
  const client = await as(login);
  const begun = fieldsOf(await (await client.get("/checkout")).text());
  const quoted = await client.post("/checkout", { form: { ...begun, ...address, action: "quote" } });
  const form = { ...fieldsOf(await quoted.text()), ...address, action: "place" };
  const placed = await client.post("/checkout", { form });
  const path = new URL(placed.url()).pathname;
  assert.match(path, /^\/orders\/[0-9a-f-]{36}\/pay$/, await placed.text());
  return path.replace(/\/pay$/, "");
}

/** What a page sends along without being typed. */
function fieldsOf(page) {
  return Object.fromEntries([...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((all) => all.slice(1)));
}
