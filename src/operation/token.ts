/**
 * What an operation is known by: plain JSON, to be stored, and given to `waitForOperation` again, in another process too.
 * It holds no credentials and no result.
 */
export interface OperationToken {
  /** The version of this format. */
  readonly v: 1;
  /** The name of the dialect. */
  readonly dialect: string;
  /** Where to look. */
  readonly url?: string | undefined;
  /** The method of the request that started it, where the dialect needs to know. */
  readonly method?: string | undefined;
  /** Where the result will be. */
  readonly resourceUrl?: string | undefined;
  /** By what the server knows it. */
  readonly name?: string | undefined;
  /** The ETag or version of what was read last. */
  readonly version?: string | undefined;
  /** What the dialect remembers. */
  readonly memo?: string | undefined;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** When the server wants to be asked again, in milliseconds since 1970. */
  readonly notBefore?: number | undefined;
}
