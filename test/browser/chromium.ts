import { execFile } from "node:child_process";
import { access, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

const run = promisify(execFile);

/** Site isolation and the GPU process are not needed for a page under test; no sandbox because tests may run as root. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-setuid-sandbox",
  "--no-zygote",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--font-render-hinting=none",
  "--hide-scrollbars",
  "--force-color-profile=srgb",
  "--lang=en-US",
];

/** Run in a child, because the package unpacks to the temporary directory that its own process was given. */
const UNPACK = `
const { default: chromium, inflate } = await import("@sparticuz/chromium");
const { join } = await import("node:path");
await chromium.executablePath();
await inflate(join(process.argv[1], "al2023.tar.br"));
`;

/** Interface text in the bundled Open Sans; code in whatever monospace the machine has. */
const fontConfiguration = (home: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${home}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${home}/fonts-cache</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`;

/**
 * The directory with the unpacked browser (`chromium`), its fonts (`fonts`) and, for machines without a desktop's libraries,
 * those it needs (`al2023/lib`). Unpacked once per version and machine; safe when several processes ask at once, because it
 * appears by one rename.
 */
async function unpackedBrowser(): Promise<string> {
  const packageRoot = join(
    dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")),
    "..",
    "..",
  );
  const { version } = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8")) as {
    version: string;
  };
  const home = join(tmpdir(), `spanledger-chromium-${version}`);
  if (await exists(join(home, "chromium"))) return home;
  const staging = await mkdtemp(join(tmpdir(), "spanledger-chromium-"));
  await run(process.execPath, ["--input-type=module", "-e", UNPACK, join(packageRoot, "bin")], {
    env: { ...process.env, TMPDIR: staging },
    cwd: packageRoot,
  });
  await writeFile(join(staging, "fonts", "fonts.conf"), fontConfiguration(home));
  try {
    await rename(staging, home);
  } catch (error) {
    // Another process unpacked it first: its copy serves.
    await rm(staging, { recursive: true, force: true });
    if (!(await exists(join(home, "chromium")))) throw error;
  }
  return home;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * A headless Chromium from npm alone, with bundled fonts so that text has the same width on every machine. The caller closes it.
 * @throws Error when the browser cannot start.
 */
export async function launchChromium(): Promise<Browser> {
  const home = await unpackedBrowser();
  const launch = (libraries: string | undefined): Promise<Browser> =>
    chromium.launch({
      executablePath: join(home, "chromium"),
      args: ARGUMENTS,
      headless: true,
      env: {
        ...process.env,
        FONTCONFIG_PATH: join(home, "fonts"),
        // A C or POSIX locale would give the page a language tag that Intl refuses.
        LANG: "en_US.UTF-8",
        LC_ALL: "en_US.UTF-8",
        ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }),
      },
    });
  try {
    return await launch(undefined);
  } catch (error) {
    if (!(error instanceof Error) || !/shared libraries/.test(error.message)) throw error;
    return launch(join(home, "al2023", "lib"));
  }
}
