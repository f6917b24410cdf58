export const unfinished = 1;
