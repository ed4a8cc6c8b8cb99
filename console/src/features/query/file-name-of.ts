const MOST_OF_A_NAME = 60
const READ = /\b(?:from|join)\s+"?(?:[\w-]+"?\."?)?([\w-]+)/gi
const COMMON = /\b"?([\w-]+)"?\s+as\s*\(/gi

/**
 * The name of a downloaded answer: its question, else the tables that it asks.
 *
 * @example fileNameOf('Who are the customers?', 'SELECT …') // 'who-are-the-customers'
 */
export function fileNameOf(question: string | undefined, sql: string): string {
  const words = question ?? tablesOf(sql).join(' ')
  const name = words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  return shortened(name) || 'answer'
}

/** The tables that a statement reads, without those that it names itself. */
export function tablesOf(sql: string): string[] {
  const common = new Set([...sql.matchAll(COMMON)].map(([, name]) => name?.toLowerCase()))
  const read = [...sql.matchAll(READ)].map(([, name = '']) => name.toLowerCase())
  return [...new Set(read)].filter((name) => !common.has(name))
}

/** A name of whole words that is not too long for a file. */
function shortened(name: string): string {
  if (name.length <= MOST_OF_A_NAME) return name
  const cut = name.slice(0, MOST_OF_A_NAME + 1)
  return cut.slice(0, Math.max(cut.lastIndexOf('-'), 1))
}
