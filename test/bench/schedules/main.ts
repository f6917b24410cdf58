// Simulates the schedules, and prints what came of it: `npx tsx test/bench/schedules/main.ts`, or with another number of jobs.
import process from 'node:process';
import { simulateSchedules } from './index.ts';
import { toMarkdown } from './table.ts';

const [jobs = '5000'] = process.argv.slice(2);
const { tables, results } = simulateSchedules(Number(jobs));
for (const table of tables) process.stdout.write(`${toMarkdown(table)}\n\n`);
process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
