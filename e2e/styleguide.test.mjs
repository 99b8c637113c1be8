// Every component in every state, by day and by night, in both languages.
import assert from "node:assert/strict";
import { open, picture, story } from "./lib.mjs";

for (const path of ["/styleguide", "/styleguide/cockpit"]) {
  for (const locale of ["zh-CN", "en"]) {
    story(`${path} in ${locale}`, { locale }, async ({ page, js }) => {
      await open(page, path);
      assert.equal(await page.locator("html").getAttribute("lang"), locale === "en" ? "en" : "zh-Hans");
      const rules = await page.evaluate(() => [...document.styleSheets].reduce((sum, { cssRules }) => sum + cssRules.length, 0));
      assert.ok(rules > 50, `the page has only ${rules} style rules`);
      if (js) {
        for (const width of [390, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          await picture(page, `${path} ${locale} ${width}`);
        }
      }
    });
  }
}
