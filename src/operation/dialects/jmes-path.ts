import jmespath from 'jmespath';

// Its types leave it out.
const parse: (expression: string) => unknown = Reflect.get(jmespath, 'compile');

const FUNCTIONS = new Set(
  (
    'abs avg ceil contains ends_with floor join keys length map max max_by merge min min_by not_null reverse sort ' +
    'sort_by starts_with sum to_array to_number to_string type values'
  ).split(' '),
);

/** What is at a JMESPath of a body; undefined for nothing, and for a body that cannot be asked. */
export type JmesPath = (body: unknown) => unknown;

/**
 * Checks a JMESPath expression at once, so that a typing error is no wait that never ends.
 *
 * @param option by which name the user knows it
 * @throws TypeError for what is no text, RangeError for text that is no expression
 * @see https://jmespath.org/specification.html
 */
export function jmesPath(expression: unknown, option: string): JmesPath {
  if (typeof expression !== 'string') {
    throw new TypeError(`\`${option}\` must be a JMESPath expression; got ${typeof expression}`);
  }
  const fault = faultIn(expression);
  if (fault !== undefined) {
    throw new RangeError(`\`${option}\` must be a JMESPath expression; got ${JSON.stringify(expression)}: ${fault}`);
  }
  return (body) => {
    try {
      // null is how it says that there is nothing.
      return jmespath.search(body, expression) ?? undefined;
    } catch {
      // Such as the length of a number: what a server answers is no mistake of the caller.
      return undefined;
    }
  };
}

/** What the library would notice only when it gets there, if ever: an unknown function, and a step that is missing. */
function faultIn(expression: string): string | undefined {
  try {
    for (const node of nodesOf(parse(expression))) {
      const { type, name, children } = node;
      if (type === 'Function' && !FUNCTIONS.has(String(name))) return `there is no function ${name}()`;
      if (Array.isArray(children) && children.includes(undefined)) return 'a step is missing';
    }
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function nodesOf(tree: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(tree)) return tree.flatMap(nodesOf);
  if (typeof tree !== 'object' || tree === null) return [];
  const node = { ...tree } as Readonly<Record<string, unknown>>;
  // What stands in a literal is data.
  return node['type'] === 'Literal' ? [] : [node, ...Object.values(node).flatMap(nodesOf)];
}
