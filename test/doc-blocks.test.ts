// Every `ts` block of the documents and of the sources' comments is a test: see doc-blocks.ts.

declare global {
  interface ImportMeta {
    /** Of vite: the files that match, each as a function that imports it. */
    glob(patterns: readonly string[], options: { readonly query: string }): Record<string, () => Promise<unknown>>;
  }
}

const documents = import.meta.glob(['../*.md', '../docs/**/*.md', '../src/**/*.ts'], { query: '?doc-blocks' });
for (const importTests of Object.values(documents)) await importTests();
