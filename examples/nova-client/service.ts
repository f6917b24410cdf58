import { objectIn, textIn } from './shape.ts';

/** A compute service. */
export interface Service {
  readonly id: string;
  readonly host: string;
  readonly state: 'up' | 'down';
  readonly status: string;
  readonly isForcedDown: boolean;
}

/** @throws ShapeError */
export function readService(value: unknown): Service {
  const body = objectIn(value, 'service');
  return {
    id: textIn(body, 'id'),
    host: textIn(body, 'host'),
    state: textIn(body, 'state') === 'up' ? 'up' : 'down',
    status: textIn(body, 'status'),
    isForcedDown: body['forced_down'] === true,
  };
}
