import { partsOf } from './statement-text'

/** A table behind FROM or JOIN, with the place of its name in the statement. */
export interface Source {
  /** As the statement names it, in lower case; empty where it names none. */
  database: string
  name: string
  from: number
  until: number
  hasAlias: boolean
}

/** The tables that a statement reads, and the names that it gives to subqueries of its own. */
export interface Read {
  sources: Source[]
  /** The names behind WITH, in lower case. */
  own: Set<string>
}

interface Token {
  kind: 'word' | 'name' | 'sign'
  /** A word in lower case, a name without its quotes, or one sign. */
  text: string
  from: number
  until: number
}

/** What is between a pair of brackets: a query, a list of joined tables, or the values of a function. */
interface Level {
  isQuery: boolean
  /** Whether a table is due, or the commas part tables. */
  at: 'source' | 'list' | 'with' | 'else'
  visible: Set<string>
  /** The name whose subquery is in these brackets. */
  named: string
}

const ENDS_SOURCES = new Set(
  'where group having order limit offset fetch union intersect except window select'.split(' '),
)
/** Words that stand behind a table and are no name of it. */
const NO_ALIAS = new Set([
  ...ENDS_SOURCES,
  ...'join cross inner left right full natural on using for tablesample'.split(' '),
])

/** The words, names and signs of a statement, without its texts and comments. */
const tokensOf = (sql: string): Token[] =>
  partsOf(sql).flatMap(({ kind, text, from, until }): Token[] => {
    if (kind === 'name') return [{ kind, text: text.slice(1, -1).replaceAll('""', '"'), from, until }]
    if (kind === 'word') return [{ kind, text: text.toLowerCase(), from, until }]
    return kind === 'sign' ? [{ kind, text, from, until }] : []
  })

const isNamed = (token: Token | undefined): boolean => token !== undefined && token.kind !== 'sign'
const isSign = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'sign' && token.text === text

/** A name with its database, and how many tokens it has. */
function sourceAt(tokens: Token[], at: number): { source: Source; many: number } {
  let last = at
  while (isSign(tokens[last + 1], '.') && isNamed(tokens[last + 2])) last += 2
  const [first, end] = [tokens[at], tokens[last]]
  const next = tokens[last + 1]
  const hasAlias = next !== undefined && isNamed(next) && !(next.kind === 'word' && NO_ALIAS.has(next.text))
  const source = {
    database: last > at ? (tokens[last - 2]?.text.toLowerCase() ?? '') : '',
    name: end?.text.toLowerCase() ?? '',
    from: first?.from ?? 0,
    until: end?.until ?? 0,
    hasAlias,
  }
  return { source, many: last - at + 1 }
}

/**
 * The tables behind FROM and JOIN, also in subqueries. A heading, a column, a text or a comment with the name of a table
 * is none, and neither is a subquery that the statement names itself: in its own brackets such a name is the table.
 *
 * @example readBy('SELECT count(*) AS guests FROM lake.stays s').sources // [{ database: 'lake', name: 'stays', … }]
 */
export function readBy(sql: string): Read {
  const before = READ.get(sql)
  if (before) return before
  const reader = new Reader(tokensOf(sql))
  reader.read()
  const read = { sources: reader.sources, own: reader.own }
  if (READ.size >= MOST_READ) READ.clear()
  READ.set(sql, read)
  return read
}

/** A page asks for the tables of each of its statements many times. */
const READ = new Map<string, Read>()
const MOST_READ = 500

class Reader {
  readonly sources: Source[] = []
  readonly own = new Set<string>()
  private readonly levels: Level[] = [{ isQuery: true, at: 'else', visible: new Set(), named: '' }]
  private due = ''

  constructor(private readonly tokens: Token[]) {}

  private get level(): Level {
    return this.levels.at(-1) as Level
  }

  read(): void {
    for (let at = 0; at < this.tokens.length; at += 1) {
      const token = this.tokens[at] as Token
      if (token.kind === 'sign') this.sign(token.text, at)
      else if (this.level.at === 'source' && !['lateral', 'select', 'with', 'values'].includes(token.text))
        at += this.source(at)
      else if (token.kind === 'word') this.word(token.text, at)
      else if (this.level.at === 'with') this.name(at)
    }
  }

  private sign(text: string, at: number): void {
    const { level } = this
    if (text === '(') this.open(at)
    else if (text === ')' && this.levels.length > 1) {
      this.levels.pop()
      if (level.named) this.level.visible.add(level.named)
      if (this.level.at === 'source') this.level.at = 'list'
    } else if (text === ',' && level.at === 'list') level.at = 'source'
  }

  private open(at: number): void {
    const { level } = this
    const next = this.tokens[at + 1]
    const isQuery = next?.kind === 'word' && ['select', 'with', 'values', 'table'].includes(next.text)
    const isOfWith = level.at === 'with' && this.tokens[at - 1]?.text === 'as'
    this.levels.push({
      isQuery,
      // Brackets around joined tables stand for a table.
      at: level.at === 'source' && !isQuery ? 'source' : 'else',
      visible: new Set(level.visible),
      named: isOfWith ? this.due : '',
    })
  }

  private word(text: string, at: number): void {
    const { level } = this
    const before = this.tokens[at - 1]
    if (text === 'with' && (!before || isSign(before, '(') || isSign(before, ';'))) {
      level.at = 'with'
      level.isQuery = true
    } else if (level.at === 'with' && text !== 'select') this.name(at)
    else if (ENDS_SOURCES.has(text)) level.at = 'else'
    // IS DISTINCT FROM compares, and in the brackets of a function FROM parts its values.
    else if (text === 'from' && level.isQuery && before?.text !== 'distinct') level.at = 'source'
    else if (text === 'join') level.at = 'source'
  }

  /** Keep the name of a subquery: the word before AS, or before the names of its columns. */
  private name(at: number): void {
    const token = this.tokens[at] as Token
    if (token.kind === 'word' && ['as', 'recursive'].includes(token.text)) return
    this.due = token.text.toLowerCase()
    this.own.add(this.due)
    if (this.tokens[at - 1]?.text === 'recursive') this.level.visible.add(this.due)
  }

  /** Keep a table, unless the name is that of a subquery or a function; return how many further tokens its name has. */
  private source(at: number): number {
    const { source, many } = sourceAt(this.tokens, at)
    this.level.at = 'list'
    const isFunction = isSign(this.tokens[at + many], '(')
    const isSubquery = !source.database && this.level.visible.has(source.name)
    if (!isFunction && !isSubquery) this.sources.push(source)
    return many - 1
  }
}
