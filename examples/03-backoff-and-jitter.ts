// Shows when each backoff looks, and how jitter spreads waiters that start together. No time passes: backoffs are functions.
import { type Backoff, constant, exponential, ladder, proportional } from 'unsleep';

/** The instants of the first looks of a wait with this backoff. */
function looks(backoff: Backoff, count: number, random: () => number): number[] {
  const instants = [0];
  for (let attempt = 1, pause = 0; attempt < count; attempt++) {
    const elapsed = instants.at(-1) ?? 0;
    pause = backoff({ attempt, elapsed, previousPause: pause, random });
    instants.push(Math.round(elapsed + pause));
  }
  return instants;
}

const longest = () => 0;
console.log('constant      ', looks(constant(100), 8, longest).join(' '));
console.log('ladder        ', looks(ladder(100, 250, 500, 1_000), 8, longest).join(' '));
console.log('exponential   ', looks(exponential({ initial: 100 }), 8, longest).join(' '));
console.log('proportional  ', looks(proportional({ min: 100, ratio: 0.5 }), 8, longest).join(' '));
console.log('expected 2 s  ', looks(proportional({ expected: '2s' }), 8, longest).join(' '));

// Three waiters that start together, with different luck: the random phase keeps them apart for good.
for (const luck of [0, 0.3, 0.6]) {
  console.log(`luck ${luck}`.padEnd(15), looks(constant(100), 5, () => luck).join(' '));
}

// Prints:
// constant       0 100 200 300 400 500 600 700
// ladder         0 100 350 850 1850 2850 3850 4850
// exponential    0 100 300 700 1500 3100 6300 12700
// proportional   0 100 200 300 450 675 1013 1520
// expected 2 s   0 1000 1100 1210 1331 1464 1610 1771
// luck 0          0 100 200 300 400
// luck 0.3        0 70 170 270 370
// luck 0.6        0 40 140 240 340
