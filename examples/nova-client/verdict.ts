/** What a look means for the thing that is waited for. */
export type Verdict =
  | { readonly is: 'pending' }
  | { readonly is: 'done' }
  /** Nothing seems to move any more, and yet it is not done: its parts disagree. */
  | { readonly is: 'resting'; readonly because: string }
  /** It went wrong. Final once nothing more is to come that would tell more of it. */
  | { readonly is: 'failed'; readonly because: string; readonly isFinal: boolean };

export const PENDING: Verdict = { is: 'pending' };
export const DONE: Verdict = { is: 'done' };
