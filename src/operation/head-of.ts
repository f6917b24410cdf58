/** What an answer has beside its body, of whatever client it is. */
export function headOf(answer: unknown): { readonly [key: string]: unknown } {
  const { status, statusCode, headers, url, request, type } = Object(answer) as { readonly [key: string]: unknown };
  return { status, statusCode, headers, url, request, type };
}
