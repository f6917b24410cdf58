// Does the same jobs with unsleep and its peers, and writes docs/comparison.md. Run it with `npm run peers`.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { costOf } from './cost.ts';
import { measure } from './measure.ts';
import { type Measured, pageOf } from './page.ts';
import { allPeers } from './peers.ts';
import { ROOT } from './run-tasks.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);

// `npm run peers -- cockatiel` does those with the word in their name, and leaves the page as it is.
const [word] = process.argv.slice(2);
const peers = allPeers(pathToFileURL(join(ROOT, 'dist/index.js')).href).filter(
  ({ name }) => word === undefined || name.includes(word),
);
const rows: Measured[] = [];
for (const row of await measure(peers, say)) {
  const cost = await costOf(row.peer);
  rows.push({ ...row, cost: row.peer.package === undefined ? { version: row.node ?? cost.version } : cost });
}
const page = pageOf(rows, {
  node: process.versions.node,
  cores: availableParallelism(),
  date: new Date().toISOString().slice(0, 10),
});
if (word === undefined) writeFileSync(join(ROOT, 'docs/comparison.md'), page);
else say(page);
