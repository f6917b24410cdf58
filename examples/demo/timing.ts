/** How long each step of the fake service takes, in milliseconds: a live migration is over after about two seconds. */
export const DELAYS = { min: 20, max: 200 } as const;

/** Reports of a running transfer, and the bytes that they count. */
export const TRANSFER = { reports: 4, memoryBytes: 536_870_912, diskBytes: 1_073_741_824 } as const;
