// A world whose every text is hostile, in a real browser with scripts allowed and the pages' own
// policy taken away: what is left to protect the reader is the escaping, and that must be enough.
import { pause, serve } from "./servers.mjs";

const pages = [
  "/", "/?q=%3Cscript%3Ealert(20)%3C/script%3E", "/?sector=%3C/select%3E%3Cscript%3Ealert(21)%3C/script%3E", "/?state=%22%3E%3Csvg%20onload=alert(22)%3E",
  "/domains/evil.example", "/domains/worse.example", "/domains/long.example", "/domains/xn--bro-hoa.example",
  "/domains/evil.example?ip=%3Cscript%3Ealert(23)%3C/script%3E&from=%22%3E%3Cimg%20src=x%20onerror=alert(24)%3E",
  "/domains/%3Cscript%3Ealert(25)%3C%2Fscript%3E", "/lookup?q=%22%3E%3Cscript%3Ealert(26)%3C/script%3E", "/lookup?q=evil.example",
  "/lookup?q=xn--bro-hoa.example", "/regressions", "/campaigns", "/poster", "/api", "/%3Cscript%3Ealert(27)%3C/script%3E",
];

// What a page of ours may hold; anything else came out of a text.
const ours = new Set(["a", "article", "body", "br", "button", "code", "dd", "details", "div", "dl", "dt", "em", "footer", "form",
  "h1", "h2", "h3", "head", "header", "html", "input", "label", "li", "line", "link", "main", "meta", "nav", "ol", "option", "p", "polygon",
  "pre", "rect", "section", "select", "span", "strong", "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul"]);

export async function hostile(browser, build, token, report) {
  const site = await serve(build, "tests/browser/hostile", token);
  const context = await browser.newContext({ bypassCSP: true, viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  let dialogs = 0;
  page.on("dialog", (dialog) => (++dialogs, dialog.dismiss()));
  try {
    for (let waited = 0; waited < 400; ++waited) {
      const { items } = await (await fetch(`${site.url}/api/v1/regressions?state=confirmed`)).json();
      if (items.length) break;
      await pause(100);
    }
    for (const path of pages.flatMap((each) => [each, `/cy${each}`])) {
      dialogs = 0;
      await page.goto(site.url + path);
      const faults = await page.evaluate((allowed) => {
        const out = [];
        for (const each of document.querySelectorAll("*")) {
          if (!allowed.includes(each.localName)) out.push(`<${each.localName}> in ${each.parentElement?.outerHTML.slice(0, 100)}`);
          for (const { name } of each.attributes) if (name.startsWith("on") || name === "style") out.push(`${name} on <${each.localName}>`);
        }
        const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
        if (wide > 0) {
          const culprit = [...document.querySelectorAll("body *")].find((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !each.closest(".mf-scroll"));
          out.push(`${wide} px wider than the screen: ${culprit?.outerHTML.slice(0, 100)}`);
        }
        if (/[\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent)) out.push("a bidirectional control");
        return out.slice(0, 5);
      }, [...ours]);
      if (dialogs) faults.push(`${dialogs} dialogs`);
      report(`${path} (hostile)`, faults);
    }
  } finally {
    await context.close();
    await site.stop();
  }
}
