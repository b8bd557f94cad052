// The API against its description: redocly reads the description, prism stands between us and the
// server and refuses every answer that is not as described, ajv looks at the same answers once more.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { pause, screenshots } from "./servers.mjs";

const require = createRequire(import.meta.url);
const bin = (name, file) => join(require.resolve(`${name}/package.json`), "..", file);

function run(script, args) {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  });
  let said = "";
  child.stdout.on("data", (data) => (said += data));
  child.stderr.on("data", (data) => (said += data));
  return { child, said: () => said };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// Path, the status that must come, and more of the request.
function questions(domain) {
  return [
    ["/api/v1/summary", 200],
    ["/api/v1/domains", 200],
    ["/api/v1/domains?limit=3&sort=state", 200],
    ["/api/v1/domains?state=failing&sector=local-authority&q=a", 200],
    ["/api/v1/domains?check=dmarc&level=reject", 200],
    ["/api/v1/domains?cursor=nonsense", 400],
    ["/api/v1/domains?check=none", 400],
    [`/api/v1/domains/${domain}`, 200],
    ["/api/v1/domains/niwl.example", 200],
    ["/api/v1/domains/parc-y-ddraig.example", 200],
    ["/api/v1/domains/elsewhere.example", 404],
    [`/api/v1/domains/${domain}/history?limit=2`, 200],
    ["/api/v1/domains/elsewhere.example/history", 404],
    ["/api/v1/changes?limit=5", 200],
    ["/api/v1/regressions", 200],
    ["/api/v1/regressions?state=confirmed&severity=page", 200],
    [`/api/v1/lookup?q=jo@${domain}`, 200],
    ["/api/v1/lookup?q=Caerwen%20County%20Council", 200],
    ["/api/v1/lookup?q=nobody.example", 200],
    ["/-/healthy", 200],
    ["/-/ready", 200],
    ["/metrics", 200],
    [`/probe?target=${domain}`, 200],
    ["/probe?target=elsewhere.example", 404],
  ];
}

export async function contract(site, token, report) {
  const description = await (await fetch(`${site.url}/openapi.json`)).json();
  const file = join(screenshots, "openapi.json");
  writeFileSync(file, JSON.stringify(description));
  const lint = run(bin("@redocly/cli", "bin/cli.js"), ["lint", file, "--config", "redocly.yaml"]);
  const port = await freePort();
  const prism = run(bin("@stoplight/prism-cli", "dist/index.js"),
    ["proxy", file, site.url, "--errors", "--port", String(port), "--host", "127.0.0.1"]);
  try {
    for (let i = 0; !prism.said().includes("is listening"); ++i) {
      if (i > 1200 || prism.child.exitCode !== null) throw new Error(`the proxy did not start: ${prism.said()}`);
      await pause(100);
    }
    await throughProxy(`http://127.0.0.1:${port}`, report);
    await pages(`http://127.0.0.1:${port}`, report);
  } finally {
    prism.child.kill("SIGTERM");
  }
  await byAjv(site, description, report);
  await administration(site, token, report);
  if (lint.child.exitCode === null) await once(lint.child, "exit");
  report("redocly lint", lint.child.exitCode === 0 && !/\bwarning/.test(lint.said()) ? [] : [lint.said()]);
}

async function throughProxy(url, report) {
  for (const [path, status] of questions("caerwen.example")) {
    const answer = await fetch(url + path);
    const body = await answer.text();
    const faults = [];
    const violations = answer.headers.get("sl-violations");
    if (violations) faults.push(violations);
    if (answer.status !== status) faults.push(`status ${answer.status}, not ${status}: ${body.slice(0, 500)}`);
    report(`${path} (contract)`, faults);
    const tag = answer.headers.get("etag");
    if (status === 200 && path === "/api/v1/domains/caerwen.example" && !tag) report(path, ["no ETag"]);
  }
}

// Page by page every domain comes once.
async function pages(url, report) {
  const seen = [];
  let cursor = "";
  for (let i = 0; i < 50; ++i) {
    const page = await (await fetch(`${url}/api/v1/domains?limit=7&sort=findings&cursor=${cursor}`)).json();
    seen.push(...(page.items ?? []).map((each) => each.domain));
    cursor = page.next;
    if (!cursor) break;
  }
  const { domains } = await (await fetch(`${url}/api/v1/summary`)).json();
  // Domains move while we read: a page can miss one, but none may come twice in a round of names.
  const byName = new Set(seen);
  report("pages of domains", byName.size >= domains - 3 ? [] : [`${byName.size} of ${domains}`]);
}

async function byAjv(site, description, report) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(description, "description");
  const schemas = [
    ["/api/v1/summary", "Summary"],
    ["/api/v1/domains?limit=1000", "DomainRowList"],
    ["/api/v1/changes?limit=1000", "ChangeList"],
    ["/api/v1/regressions?limit=1000", "RegressionList"],
    ["/api/v1/lookup?q=cearwen.example", "Lookup"],
    ["/api/v1/domains?limit=0", "Problem"],
  ];
  const { items } = await (await fetch(`${site.url}/api/v1/domains?limit=1000`)).json();
  for (const each of items) schemas.push([`/api/v1/domains/${each.domain}`, "Domain"]);
  for (const [path, schema] of schemas) {
    const valid = ajv.getSchema(`description#/components/schemas/${schema}`);
    const answer = await (await fetch(site.url + path)).json();
    report(`${path} (schema)`, valid(answer) ? [] : valid.errors.slice(0, 3).map((each) => `${each.instancePath} ${each.message}`));
  }
}

async function administration(site, token, report) {
  const path = "/api/v1/domains/caerwen.example/recheck";
  const ask = async (url, headers) =>
    (await fetch(url + path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: "{}" })).status;
  const bearer = { Authorization: `Bearer ${token}` };
  const faults = [];
  const expect = (what, got, wanted) => got === wanted || faults.push(`${what}: ${got}, not ${wanted}`);
  expect("re-check with the token", await ask(site.admin, bearer), 202);
  expect("re-check without", await ask(site.admin, {}), 401);
  expect("re-check on the public listener", await ask(site.url, bearer), 404);
  report("administration", faults);
}
