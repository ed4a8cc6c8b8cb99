const MOST_OF_A_NAME = 60
const FROM = /\bfrom\s+"?(?:[\w-]+"?\."?)?([\w-]+)/i

/**
 * The name of a downloaded answer: its question, else the table that it asks.
 *
 * @example fileNameOf('Who are the customers?', 'SELECT …') // 'who-are-the-customers'
 */
export function fileNameOf(question: string | undefined, sql: string): string {
  const words = question ?? FROM.exec(sql)?.[1] ?? ''
  const name = words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  return shortened(name) || 'answer'
}

/** A name of whole words that is not too long for a file. */
function shortened(name: string): string {
  if (name.length <= MOST_OF_A_NAME) return name
  const cut = name.slice(0, MOST_OF_A_NAME + 1)
  return cut.slice(0, Math.max(cut.lastIndexOf('-'), 1))
}
