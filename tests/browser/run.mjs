// Says a line for each thing looked at that is wrong, and how many were fine.
import { contract } from "./contract.mjs";
import { hostile } from "./hostile.mjs";
import { english, keyboardOnly, launch, links, lookAtPages, poster } from "./pages.mjs";
import { serve } from "./servers.mjs";

const build = process.argv[2];
let looked = 0;
let wrong = 0;
const report = (what, faults) => {
  ++looked;
  wrong += faults.length > 0;
  for (const each of faults) console.log(`${what}: ${each}`);
};

const began = Date.now();
const token = "a token of the tests";
const site = await serve(build, "demo", token);
const browser = await launch();
try {
  await lookAtPages(browser, site, english, report);
  await keyboardOnly(browser, site, report);
  await links(site, report);
  await poster(browser, site, report);
  await contract(site, token, report);
  await hostile(browser, build, token, report);
} finally {
  await browser.close();
  await site.stop();
}
console.log(`browser: ${looked} looks, ${wrong} with faults, ${Math.round((Date.now() - began) / 1000)} s`);
process.exit(wrong ? 1 : 0);
