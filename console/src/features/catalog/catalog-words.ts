/** Whether a dataset or table has all words, in its name or its description. */
export function fits(row: { name: string; description: string }, words: string): boolean {
  const text = `${row.name} ${row.name.replaceAll('_', ' ')} ${row.description}`.toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
