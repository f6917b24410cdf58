// Shows that a long wait goes on: live to who watches the terminal, in a log to everybody else.
import { waitForStatus } from 'unsleep';
import { terminalProgress } from 'unsleep/terminal';

/** A copy that takes a second, and tells how far it is. */
function startCopy(id: number) {
  const copy = { id, status: 'copying', progress: 0 };
  const timer = setInterval(() => {
    copy.progress += 4;
    if (copy.progress < 100) return;
    copy.status = 'copied';
    clearInterval(timer);
  }, 40);
  return copy;
}

// In a terminal: a line for each, with a bar. Piped, or in a CI: nothing, as they take less than ten seconds.
const copies = [7, 8, 9].map(startCopy);
const done = await Promise.all(
  copies.map((copy) =>
    waitForStatus(() => copy, { name: `copy ${copy.id}`, target: 'copied', progress: terminalProgress() }),
  ),
);
console.log(`copied: ${done.map(({ id }) => id).join(', ')}`);

// To a logger of one's own: a report is data, and as text one line.
const lines: string[] = [];
const copy = startCopy(10);
await waitForStatus(() => copy, {
  name: 'copy 10',
  target: 'copied',
  progress: { every: '250ms', report: (report) => lines.push(`still waiting for ${report}`) },
});
console.log(lines[0]?.split(':')[0]); // and on: `250 ms of 5 min, 8 looks, last: copying, 24 %`

// Prints:
// copied: 7, 8, 9
// still waiting for copy 10
