/** Whether a dataset or table has all words, in its name, its description or its question. */
export function fits(
  row: { name: string; description: string; asks?: string | undefined },
  words: string,
): boolean {
  const text =
    `${row.name} ${row.name.replaceAll('_', ' ')} ${row.description} ${row.asks ?? ''}`.toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
