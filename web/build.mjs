// Builds dist/: style sheets, scripts, icon sprite, with a hash of the content in each name, compressed twins, and
// manifest.json that maps plain names to hashed ones. Fails if a file outgrows its budget.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundleAsync } from "lightningcss";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const require = createRequire(import.meta.url);
const islands = ["sh-keys", "sh-screen", "sh-select-all", "sh-upload"];

// Compressed bytes. First view: CSS 12 KB, scripts 25 KB, icons 4 KB; each island 10 KB.
const budgets = [
  ...["cockpit", "mall"].map((page) => [
    `style sheets of the ${page}`,
    12 * 1024,
    (name) => name === "app.css" || name === `${page}.css`,
  ]),
  ["scripts", 25 * 1024, (name) => name.endsWith(".js")],
  ["icons", 4 * 1024, (name) => name.endsWith(".svg")],
  ...islands.map((name) => [name, 10 * 1024, (file) => file === `${name}.js`]),
];

const styles = async (name) => {
  const { code } = await bundleAsync({
    filename: join(here, "src/css", name),
    minify: true,
    targets: { chrome: 87 << 16, safari: 15 << 16, firefox: 90 << 16 },
    resolver: {
      resolve: (specifier, from) =>
        specifier.startsWith(".") ? join(dirname(from), specifier) : require.resolve(specifier),
    },
  });
  return Buffer.from(code);
};

const scripts = async () => {
  const result = await build({
    entryPoints: {
      app: join(here, "src/app.ts"),
      ...Object.fromEntries(islands.map((name) => [name, join(here, `src/islands/${name}.ts`)])),
    },
    absWorkingDir: here,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome87", "safari15", "firefox90"],
    charset: "utf8",
    legalComments: "none",
    outdir: dist,
    write: false,
  });
  return result.outputFiles.map((file) => [file.path.split(/[\\/]/).pop(), Buffer.from(file.contents)]);
};

const sprite = () => {
  const folder = join(here, "node_modules/@tabler/icons/icons/outline");
  const symbols = JSON.parse(readFileSync(join(here, "icons.json"), "utf8")).map((name) => {
    const shapes = readFileSync(join(folder, `${name}.svg`), "utf8")
      .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "")
      .replace(/<\/svg>\s*$/, "")
      .replace(/\s+/g, " ")
      .replace(/> </g, "><")
      .trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
  });
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
};

const files = [
  ["app.css", await styles("app.css")],
  ["cockpit.css", await styles("cockpit.css")],
  ["mall.css", await styles("mall.css")],
  ...(await scripts()),
  ["icons.svg", sprite()],
  ["mark.svg", readFileSync(join(here, "src/mark.svg"))],
];

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
const manifest = {};
const sizes = new Map();
for (const [name, content] of files) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const hashed = name.replace(/\.(\w+)$/, `-${hash}.$1`);
  const gzip = gzipSync(content, { level: 9 });
  manifest[name] = hashed;
  sizes.set(name, gzip.length);
  writeFileSync(join(dist, hashed), content);
  writeFileSync(join(dist, `${hashed}.gz`), gzip);
  writeFileSync(
    join(dist, `${hashed}.br`),
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  );
}
writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

let failed = false;
for (const [name, size] of sizes) console.log(`${name.padEnd(20)} ${String(size).padStart(6)} bytes gz`);
for (const [label, budget, counts] of budgets) {
  const total = [...sizes].filter(([name]) => counts(name)).reduce((sum, [, size]) => sum + size, 0);
  if (total > budget) {
    console.error(`${label}: ${total} bytes gz, the budget is ${budget}`);
    failed = true;
  }
}
if (failed) process.exit(1);
