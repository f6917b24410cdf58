/**
 * Finds the setting at which a schedule takes so many looks: by bisection on its logarithm, as looks only ever fall, or
 * only ever rise, with it.
 */
export function tune<T extends { readonly looks: number }>(
  wanted: number,
  [low, high]: readonly [low: number, high: number],
  play: (setting: number) => T,
): T & { readonly setting: number } {
  let [from, to] = [Math.log(low), Math.log(high)];
  const isFalling = play(low).looks > play(high).looks;
  for (let step = 0; ; step++) {
    const setting = Math.exp((from + to) / 2);
    const played = { ...play(setting), setting };
    if (step === 16 || Math.abs(played.looks / wanted - 1) < 0.002) return played;
    if (played.looks > wanted === isFalling) from = (from + to) / 2;
    else to = (from + to) / 2;
  }
}
