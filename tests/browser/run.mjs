// run.mjs BUILD [PART…]: says a line for each thing looked at that is wrong, and how many were fine.
import { contract } from "./contract.mjs";
import { hostile } from "./hostile.mjs";
import { english, keyboardOnly, launch, links, lookAtPages, poster } from "./pages.mjs";
import { serve } from "./servers.mjs";

const [, , build, ...wanted] = process.argv;
let looked = 0;
let wrong = 0;
const report = (what, faults) => {
  ++looked;
  wrong += faults.length > 0;
  for (const each of faults) console.log(`${what}: ${each}`);
};

const began = Date.now();
const seconds = () => Math.round((Date.now() - began) / 1000);
const token = "a token of the tests";
const site = await serve(build, "demo", token);
const browser = await launch();
const parts = {
  pages: () => lookAtPages(browser, site, english, report),
  keyboard: () => keyboardOnly(browser, site, report),
  links: () => links(site, report),
  poster: () => poster(browser, site, report),
  api: () => contract(site, token, report),
  hostile: () => hostile(browser, build, token, report),
};
const end = async () => {
  await browser.close();
  await site.stop();
};
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => end().finally(() => process.exit(130)));
try {
  for (const [name, look] of Object.entries(parts))
    if (!wanted.length || wanted.includes(name)) {
      console.error(`${seconds()} s: ${name}`);
      await look();
    }
} finally {
  await end();
}
console.log(`browser: ${looked} looks, ${wrong} with faults, ${seconds()} s`);
process.exit(wrong ? 1 : 0);
