import { existsSync } from 'node:fs';

/** Where the systems that package Chromium put it. */
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];

/** How Playwright starts the Chromium of this machine; it downloads none. */
export function launchOptions(): { executablePath: string; args: string[] } {
  const named = process.env['CHROMIUM'];
  const executablePath = (named ? [named] : USUAL).find((path) => existsSync(path));
  if (!executablePath) {
    const where = named ? `at ${named}, which CHROMIUM names` : `at ${USUAL.join(', ')}`;
    throw new Error(
      `there is no Chromium ${where}: install one (Debian: apt-get install chromium), or name it: CHROMIUM=/path/to/chromium npm run test:browser`,
    );
  }
  // Chromium's sandbox refuses to run as root, as a container does. The rest keeps it from calling home.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  return { executablePath, args: [...args, '--disable-component-update', '--disable-sync'] };
}
