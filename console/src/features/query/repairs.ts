import { lineOf } from './schema-words'
import { withGroup } from './statement-clauses'
import { blankTexts } from './statement-text'

/** What a failed query says, for a person, and the names that would repair it. */
export interface Repairs {
  words: string
  /** Names that are offered, each with the statement that has it. */
  offers: { name: string; sql: string }[]
}

const CODE = /^[A-Z_]+: (?:line \d+:\d+: )?/
const UNKNOWN = /(?:Table|Column|Function) '([^']+)'/
const OFFERED = /Did you mean (.+?)\?/
/** The column of another table of the statement, with the alias of that table. */
const OF_OTHER_TABLE = /has it: write (\w+\.\w+)\./

/** Reads the advice of the API: the name that does not exist, and those that are like it. */
export function repairsOf(message: string, sql: string): Repairs {
  const words = message.replace(/^query \S+ failed: /, '').replace(CODE, '')
  const offers =
    slipOf(message, sql) ??
    reservedOf(message, sql) ??
    clauseOf(message, sql) ??
    formOf(message, sql) ??
    textOf(message, sql) ??
    ambiguousOf(message, sql)
  if (offers) return { words, offers }
  const unknown = UNKNOWN.exec(message)?.[1]?.split('.').at(-1)
  const ofOther = OF_OTHER_TABLE.exec(message)?.[1]
  const names = ofOther ? [ofOther] : (OFFERED.exec(message)?.[1]?.split(' or ') ?? [])
  if (!unknown) return { words, offers: [] }
  const place = new RegExp(`(?:\\b\\w+\\.)?\\b${literally(unknown)}\\b`, 'gi')
  const column = message.includes('Column')
  const named = names.map((name) => ({
    name,
    sql: sql.replace(place, (before) =>
      // A column keeps the alias of its table.
      column && before.includes('.') && !ofOther
        ? `${before.slice(0, before.lastIndexOf('.'))}.${name}`
        : name,
    ),
  }))
  return { words, offers: named.filter((offer) => offer.sql !== sql) }
}

/** A keyword with a slip, such as `form`: only the word at the place of the message is another one. */
function slipOf(message: string, sql: string): Repairs['offers'] | undefined {
  const place = lineOf(message, sql)
  const name = /is unexpected, .*Did you mean (\w+)\?/.exec(message)?.[1]
  if (!name || !place?.marked) return undefined
  const { number, marked } = place
  const lines = sql.split('\n')
  const line = lines[number - 1] ?? ''
  lines[number - 1] = line.slice(0, marked.from) + name + line.slice(marked.until)
  return [{ name, sql: lines.join('\n') }]
}

const BEFORE_COLUMN = String.raw`(?:\b(?:select|distinct|by|where|and|or|on|when|then|having)|[,(.=<>+/-])\s*`
const BEHIND_COLUMN = String.raw`\s*(?:[,)=<>!+*/;-]|\b(?:from|as|and|or|is|in|not|between|like|then|asc|desc|limit|order|group|having|union)\b)`

/** A column by a word of SQL, in quotes wherever a column's name is expected, as in `parse_errors.py`. */
function reservedOf(message: string, sql: string): Repairs['offers'] | undefined {
  const name = /is a word of SQL, .*Write "(\w+)"\./.exec(message)?.[1]
  if (!name) return undefined
  const place = new RegExp(`(?<=${BEFORE_COLUMN})\\b${name}\\b(?=${BEHIND_COLUMN}|\\s*$)`, 'gi')
  let repaired = sql
  // Texts and comments are blank, so that their words are no columns; each place is the same in both.
  for (const { index } of [...blankTexts(sql).matchAll(place)].toReversed())
    repaired = `${repaired.slice(0, index)}"${repaired.slice(index, index + name.length)}"${repaired.slice(index + name.length)}`
  return repaired === sql ? undefined : [{ name: `"${name}"`, sql: repaired }]
}

const TOP = /(\bselect\s+(?:distinct\s+|all\s+)?)top\s*(?:\(\s*(\d+)\s*\)|(\d+))\s*/i

/** A clause of other databases, replaced by the one that the message has. */
function clauseOf(message: string, sql: string): Repairs['offers'] | undefined {
  const limit = /has no TOP\. End the statement with (LIMIT \d+)/.exec(message)?.[1]
  if (limit && TOP.test(sql)) {
    const body = sql.replace(TOP, '$1').replace(/[\s;]+$/, '')
    return [{ name: limit, sql: `${body}\n${limit}` }]
  }
  const [, slip, verb] = /(\w+) begins no statement .*Did you mean (\w+)\?/.exec(message) ?? []
  if (slip && verb) {
    const begin = new RegExp(`^((?:\\s|--[^\\n]*\\n|/\\*[\\s\\S]*?\\*/)*)${slip}\\b`, 'i')
    const repaired = sql.replace(begin, (_, before: string) => before + verb)
    return repaired === sql ? undefined : [{ name: verb, sql: repaired }]
  }
  const group = /appear in GROUP BY clause\. Write (GROUP BY .+)\.$/.exec(message)?.[1]
  if (group) return [{ name: group, sql: withGroup(sql, group) }]
  const paging = /OFFSET before LIMIT, .*Write (OFFSET \d+ LIMIT \d+)\./.exec(message)?.[1]
  return paging ? [{ name: paging, sql: sql.replace(/\blimit\s+\d+\s+offset\s+\d+/i, paging) }] : undefined
}

/** The form of a time of another database, replaced by Athena's; `format` of a time is `date_format`. */
function formOf(message: string, sql: string): Repairs['offers'] | undefined {
  const [, form, call, name] =
    /^The form ('.+?') of (date_format|format) .*Write (date_format\(x, '.+?'\))\.$/.exec(message) ?? []
  const written = /'.+'/.exec(name ?? '')?.[0]
  if (!form || !name || !written) return undefined
  const before = new RegExp(`\\b${call}(\\s*\\((?:[^()']|\\([^()]*\\))*,\\s*)${literally(form)}`, 'gi')
  const repaired = sql.replace(before, (_, argument: string) => `date_format${argument}${written}`)
  return repaired === sql ? undefined : [{ name, sql: repaired }]
}

/** A text in double quotes, which is in single quotes in Athena. */
function textOf(message: string, sql: string): Repairs['offers'] | undefined {
  const text = /A text is in single quotes: '(.+)'\.$/.exec(message)?.[1]
  if (!text) return undefined
  const quoted = `'${text.replaceAll("'", "''")}'`
  const repaired = sql.replace(new RegExp(`"${literally(text)}"`, 'gi'), () => quoted)
  return repaired === sql ? undefined : [{ name: quoted, sql: repaired }]
}

/** A column that several tables have, with the table in front of it wherever it has none. */
function ambiguousOf(message: string, sql: string): Repairs['offers'] | undefined {
  const name = /Column '(?:[^']*\.)?([^'.]+)' is ambiguous/.exec(message)?.[1]
  if (!name) return undefined
  const bare = `(?<![.\\w"])(?<!\\bas\\s)${literally(name)}(?![\\w"])`
  const equal = /\. Write (\S+ = \S+)\.$/.exec(message)?.[1]
  const offers = equal
    ? [{ name: equal, sql: sql.replace(new RegExp(`${bare}\\s*=\\s*${bare}`, 'gi'), equal) }]
    : (OFFERED.exec(message)?.[1]?.split(' or ') ?? []).map((written) => ({
        name: written,
        sql: sql.replace(new RegExp(bare, 'gi'), written),
      }))
  return offers.filter((offer) => offer.sql !== sql)
}

const literally = (text: string): string => text.replace(/\W/g, '\\$&')

const NAMES = 'The list of tables has the names of all columns.'

/** What helps against each kind of mistake, by the code that the message begins with. */
const HELP: [RegExp, string][] = [
  [/COLUMN_NOT_FOUND|TABLE_NOT_FOUND|SCHEMA_NOT_FOUND/, NAMES],
  [/Write a day as DATE|days as INTERVAL/, ''], // the message says all
  [/DIVISION_BY_ZERO/, 'NULLIF(x, 0) as the divisor gives no value where x is 0.'],
  [/INVALID_CAST_ARGUMENT/, 'TRY_CAST gives no value where a cell cannot be converted.'],
  [
    /TYPE_MISMATCH|Unexpected parameters/,
    'Convert the value first: CAST(x AS double) for a number in a text, to_unixtime(x) for a time.',
  ],
]

/** What to do about a mistake beside correcting the statement; empty where nothing more can be said. */
export const helpOf = (message: string): string => HELP.find(([pattern]) => pattern.test(message))?.[1] ?? ''
