// Files as cities send them, and bringing them in without looking: for stories that begin with data of their own.
import assert from "node:assert/strict";
import { as, run } from "./lib.mjs";

const head = "序号,采购日期,采购单位,供货单位,产品名称,产地（省、市、县）,采购金额（元）,交易阶段,订单编号";

/** A monthly return of a city in CSV. */
export const cityReturn = (rows) => [head, ...rows.map((row, index) => `${index + 1},${row}`), ""].join("\n");

/**
 * One purchase as Guangzhou reports it and, ten days later, Shenzhen: alike in all but day and city, so a person has to
 * decide. `mark` sets it apart from those of other stories. Returns the seller and both files.
 */
export const twins = (name) => {
  const mark = `${name}${run}`;
  // Each pair has an amount of its own, so that no report is taken for that of another pair.
  const amount = [...mark].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 90_000, 7) + 100_000;
  const seller = `昭通市昭阳区${mark}苹果种植专业合作社`;
  const row = (day) => `2020-11-${day},广东${mark}食品有限公司,${seller},苹果,云南省昭通市昭阳区,${amount},已付款,`;
  const other = (buyer) => `2020-11-20,${buyer}${mark}公司,融安县${mark}金桔合作社,金桔,融安县,${buyer === "东" ? 5000 : 7000},已验收,`;
  return [seller, cityReturn([row("03"), other("东")]), cityReturn([row("13"), other("西")])];
};

/** Sends a return as this person, confirms it, and waits until it is posted. Returns the address of the import. */
export async function postReturn(login, source, text) {
  const path = await checkReturn(login, source, text, "checked");
  const client = await as(login);
  const confirmed = await client.post(`/api/v1${path.slice(2)}/confirm`, { data: { good_only: true, doubtful_too: true } });
  assert.ok(confirmed.ok(), `${confirmed.status()} ${await confirmed.text()}`);
  await until(client, path, "posted");
  return path;
}

/** Sends a return as this person and waits until its check has come to this end. Returns the address of the import. */
export async function checkReturn(login, source, text, state) {
  const client = await as(login);
  const file = { name: `${source}.csv`, mimeType: "text/csv", buffer: Buffer.from(text) };
  const sent = await client.post("/api/v1/imports", { multipart: { source, file } });
  assert.ok(sent.ok(), `${sent.status()} ${await sent.text()}`);
  const { id } = await sent.json();
  await until(client, `/w/imports/${id}`, state);
  return `/w/imports/${id}`;
}

async function until(client, path, state) {
  let batch;
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
    batch = await (await client.get(`/api/v1${path.slice(2)}`)).json();
    if (batch.state === state) return;
  }
  assert.fail(`the import is not ${state}: ${JSON.stringify(batch)}`);
}
