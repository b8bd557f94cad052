// Starts a lab and a monitor on it in a scratch folder, on ports of their own, and ends them.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(fileURLToPath(new URL(".", import.meta.url)), "../..");

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function until(what, seconds, test) {
  for (let waited = 0; waited < seconds * 10; ++waited) {
    const found = await test();
    if (found) return found;
    await pause(100);
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}

function start(program, args, folder, name) {
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ["ignore", openSync(join(folder, `${name}.out`), "w"), openSync(join(folder, `${name}.log`), "w")],
  });
  child.on("error", (error) => console.error(`${name}: ${error.message}`));
  return child;
}

function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once("exit", done);
    child.kill("SIGTERM");
  });
}

// `world` is a folder with world.toml, config.toml and fleet.csv.
export async function serve(build, world, token) {
  const folder = mkdtempSync(join(tmpdir(), "mailfleet-browser."));
  cpSync(join(root, world), folder, { recursive: true });
  const read = (name) => readFileSync(join(folder, name), "utf8");
  writeFileSync(join(folder, "token"), `${token}\n`);
  const config = read("config.toml")
    .replace("127.0.0.1:9970", "127.0.0.1:0")
    .replace("127.0.0.1:9971", "127.0.0.1:0")
    .replace("[http]\n", '[http]\nadmin_token_file = "token"\n');
  writeFileSync(join(folder, "config.toml"), config);
  const children = [];
  const site = {
    folder,
    async stop() {
      for (const child of children.reverse()) await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    children.push(start(resolve(build, "mailfleet-lab"), ["world.toml"], folder, "lab"));
    await until("the lab's start", 120, () => read("lab.out").includes("# ready"));
    appendFileSync(join(folder, "config.toml"), "\n" + read("lab.out"));
    children.push(start(resolve(build, "mailfleet"), ["serve", "--config", "config.toml"], folder, "serve"));
    const url = (line) => read("serve.log").match(new RegExp(`${line} url=(\\S+)`))?.[1];
    site.url = await until("the monitor's start", 120, () => url("msg=listening") ?? url("listening"));
    site.admin = url("admin listening") ?? url('"admin listening"');
    await until("a round over the fleet", 300, async () => (await fetch(`${site.url}/-/ready`)).ok);
    return site;
  } catch (error) {
    console.error(children.length > 1 ? read("serve.log").slice(-2000) : "");
    await site.stop();
    throw error;
  }
}

export const screenshots = join(root, "build/browser");
mkdirSync(screenshots, { recursive: true });
