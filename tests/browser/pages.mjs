// Every page, in both languages, on a desk and on a small telephone, without JavaScript: nothing wider
// than the screen, nothing that axe or html-validate objects to, all of it reachable by keyboard.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { HtmlValidate } from "html-validate";
import { LinkChecker } from "linkinator";
import { chromium } from "playwright-core";
import { screenshots } from "./servers.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const screens = { desktop: { width: 1280, height: 900 }, phone: { width: 320, height: 640 } };

const html = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    // The house style of the templates, no faults: one line may hold several tags, and an attribute
    // that is filled in may be empty.
    "long-title": "off",
    "no-trailing-whitespace": "off",
    "no-inline-style": "error",
    "no-implicit-button-type": "error",
    "svg-focusable": "off",
    "tel-non-breaking": "off",
    "require-sri": ["error", { target: "crossorigin" }],
  },
});

export function launch() {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

export const english = [
  ["fleet", "/"],
  ["fleet-filtered", "/?sector=local-authority&state=failing"],
  ["lookup", "/lookup"],
  ["lookup-yes", "/lookup?q=someone@senedd-ddychmygol.example"],
  ["lookup-not-listed", "/lookup?q=jo@elsewhere.example"],
  ["lookup-slip", "/lookup?q=jo@cearwen.example"],
  ["domain", "/domains/llanfair-y-bryn.example"],
  ["domain-unknown", "/domains/niwl.example"],
  ["domain-sender", "/domains/caerwen.example?ip=192.0.2.1"],
  ["regressions", "/regressions"],
  ["campaigns", "/campaigns"],
  ["poster", "/poster"],
  ["api", "/api"],
  ["not-found", "/no-such-page"],
];
export const inWelsh = (path) => (path === "/" ? "/cy/" : `/cy${path}`).replace("/cy/?", "/cy/?");

async function axeFaults(page) {
  await page.evaluate(axe);
  const result = await page.evaluate((only) => globalThis.axe.run(document, { runOnly: only, resultTypes: ["violations"] }), tags);
  return result.violations.map((each) => `${each.id}: ${each.help} (${each.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")})`);
}

async function layoutFaults(page) {
  return page.evaluate(() => {
    const out = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) {
      const wide = [...document.querySelectorAll("main *")].filter((each) =>
        each.getBoundingClientRect().right > width + 1 && !each.closest(".mf-scroll"));
      out.push(`wider than the screen: ${wide.slice(0, 3).map((each) => each.outerHTML.slice(0, 80)).join(" | ")}`);
    }
    if (document.querySelector("script, iframe, object, [onclick], [style]")) out.push("a script, frame or inline style");
    return out;
  });
}

// Without JavaScript and with the page's own policy: as most readers of an intranet see it. axe needs
// a script of its own, so it looks at the same page in `measured`.
async function lookAt(page, measured, site, name, path, screen) {
  const faults = [];
  const told = (message) => message.type() === "error" && !message.text().includes("404") && faults.push(message.text());
  const asked = (request) => request.url().startsWith(site.url) || request.url().startsWith("data:") || faults.push(`asks elsewhere: ${request.url()}`);
  page.on("console", told);
  page.on("request", asked);
  const answer = await page.goto(site.url + path);
  const body = await answer.text();
  faults.push(...(await layoutFaults(page)));
  await measured.goto(site.url + path);
  faults.push(...(await axeFaults(measured)).map((each) => `axe ${each}`));
  if (name.endsWith("-en")) await page.screenshot({ path: join(screenshots, `${name}-${screen}.png`) });
  if (screen === "desktop") {
    const report = await html.validateString(body);
    for (const result of report.results)
      for (const each of result.messages.slice(0, 5))
        if (each.severity === 2) faults.push(`html-validate ${each.ruleId}: ${each.message} (line ${each.line}: ${body.split("\n")[each.line - 1]?.slice(Math.max(0, each.column - 40), each.column + 60)})`);
  }
  page.off("console", told);
  page.off("request", asked);
  return faults;
}

export async function lookAtPages(browser, site, pages, report) {
  const turns = [];
  for (const [name, path] of pages)
    for (const [language, place] of [["en", path], ["cy", inWelsh(path)]])
      for (const screen of Object.keys(screens)) turns.push([`${name}-${language}`, place, screen]);
  const contexts = {};
  for (const screen of Object.keys(screens))
    contexts[screen] = await Promise.all([false, true].map((javaScriptEnabled) => browser.newContext({
      viewport: screens[screen], javaScriptEnabled, colorScheme: screen === "desktop" ? "light" : "dark" })));
  const worker = async (screen) => {
    const [plain, measured] = await Promise.all(contexts[screen].map((each) => each.newPage()));
    for (const [name, path, on] of turns)
      if (on === screen) report(`${path} (${screen})`, await lookAt(plain, measured, site, name, path, screen));
    for (const each of contexts[screen]) await each.close();
  };
  await Promise.all(Object.keys(screens).map(worker));
}

// The poster on paper: A4 and A3 by the page's own rule, and nothing of the site around it.
export async function poster(browser, site, report) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  for (const [paper, width, height] of [["a4", 595, 842], ["a3", 842, 1191]]) {
    await page.goto(`${site.url}/poster?paper=${paper}`);
    await page.emulateMedia({ media: "print" });
    const faults = [];
    for (const away of [".mf-header", ".mf-navbar", ".mf-filter", ".mf-footer"])
      if (await page.locator(away).first().isVisible()) faults.push(`${away} would be printed`);
    const pdf = await page.pdf({ path: join(screenshots, `poster-${paper}.pdf`), preferCSSPageSize: true, printBackground: true });
    const box = pdf.toString("latin1").match(/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)/);
    if (!box || Math.abs(box[1] - width) > 2 || Math.abs(box[2] - height) > 2) faults.push(`the paper is ${box?.slice(1)}`);
    report(`/poster on ${paper}`, faults);
  }
  await context.close();
}

// From the first Tab to the end of the page: each stop can be seen, the skip link comes first, and
// nothing that a mouse could use is left out.
export async function keyboardOnly(browser, site, report) {
  const context = await browser.newContext({ viewport: screens.desktop });
  const page = await context.newPage();
  for (const path of ["/", "/lookup?q=Caerwen%20County%20Council", "/domains/caerwen.example"]) {
    const faults = [];
    await page.goto(site.url + path);
    const usable = await page.evaluate(() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter((each) => each.checkVisibility()).length);
    const seen = new Set();
    for (let i = 0; i < usable + 50; ++i) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const here = document.activeElement;
        if (!here || here === document.body) return null;
        globalThis.stops ??= new Map();
        if (!globalThis.stops.has(here)) globalThis.stops.set(here, globalThis.stops.size);
        const style = getComputedStyle(here);
        const shown = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
        return { id: globalThis.stops.get(here), shown, usable: here.matches("a[href], button, input, select, textarea, summary"), text: here.outerHTML.slice(0, 80) };
      });
      if (!stop) break;
      if (i === 0 && !stop.text.includes("skip-link")) faults.push(`the first stop is ${stop.text}`);
      if (!stop.shown) faults.push(`focus cannot be seen: ${stop.text}`);
      if (stop.usable) seen.add(stop.id);
    }
    if (seen.size < usable) faults.push(`${usable} things to use, ${seen.size} reached`);
    report(`${path} (keyboard)`, faults);
  }
  const faults = [];
  await page.goto(`${site.url}/lookup`);
  await page.focus("#q");
  await page.keyboard.type("Someone <someone@Caerwen.EXAMPLE.>");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/lookup?q=*");
  if (!(await page.locator(".mf-answer h2").count())) faults.push("no answer after Enter");
  await page.goto(`${site.url}/domains/caerwen.example`);
  await page.locator("summary").first().focus();
  await page.keyboard.press("Enter");
  if (!(await page.locator("details[open]").count())) faults.push("details do not open by Enter");
  report("look-up and details (keyboard)", faults);
  await context.close();
}

export async function links(site, report) {
  const checker = new LinkChecker();
  const result = await checker.check({
    path: [site.url + "/", site.url + "/cy/"], recurse: true, concurrency: 20,
    linksToSkip: async (link) => !link.startsWith(site.url) || /[?&](cursor|check|state|sort|q)=/.test(link),
  });
  const broken = result.links.filter((each) => each.state === "BROKEN");
  report(`links (${result.links.length})`, broken.map((each) => `${each.status} ${each.url} from ${each.parent}`));
}
