import { ApiError, badRequest } from './errors.ts';

/** The newest minor version that the service speaks. */
export const MAX_MINOR = 104;

/** The headers that every answer echoes. */
export function versionHeaders(minor: number): Record<string, string> {
  return {
    'OpenStack-API-Version': `compute 2.${minor}`,
    'X-OpenStack-Nova-API-Version': `2.${minor}`,
    Vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
  };
}

/**
 * Reads the minor version that a request asks for; without one it is 2.1.
 * @throws ApiError 400 for something that is no version, 406 for one out of range.
 */
export function requestedMinor(headers: Headers): number {
  const modern = headers
    .get('OpenStack-API-Version')
    ?.split(',')
    .map((part) => part.trim().split(/\s+/))
    .find(([service]) => service?.toLowerCase() === 'compute')?.[1];
  const text = modern ?? headers.get('X-OpenStack-Nova-API-Version')?.trim();
  if (text === undefined) return 1;
  if (text === 'latest') return MAX_MINOR;
  const parts = /^([1-9]\d*)\.(0|[1-9]\d*)$/.exec(text);
  if (!parts) {
    throw badRequest(`API Version String ${text} is of invalid format. Must be of format MajorNum.MinorNum.`);
  }
  const minor = Number(parts[2]);
  if (parts[1] !== '2' || minor < 1 || minor > MAX_MINOR) {
    const range = `Minimum is 2.1 and maximum is 2.${MAX_MINOR}.`;
    throw new ApiError(406, `Version ${text} is not supported by the API. ${range}`);
  }
  return minor;
}
