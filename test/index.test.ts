import * as unsleep from 'unsleep';
import { expect, test } from 'vitest';

test('the front door exports these names, and no others', () => {
  expect(Object.keys(unsleep).sort()).toMatchInlineSnapshot(`
    [
      "WaitError",
      "WaitExhaustedError",
      "WaitFailedError",
      "WaitTimeoutError",
      "again",
      "consistently",
      "constant",
      "createPoller",
      "createWaiter",
      "eventually",
      "exponential",
      "giveUp",
      "isTransient",
      "ladder",
      "learned",
      "on",
      "pendingWaits",
      "proportional",
      "realClock",
      "retry",
      "waitFor",
      "waitForEvent",
      "waitForStatus",
    ]
  `);
});
