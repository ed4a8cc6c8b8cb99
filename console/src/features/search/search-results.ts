import { tableAddress } from '../../formats/addresses'
import type { Schemas } from '../../api/client'
import { cellWords } from '../../formats/columns'
import { type Cell, isNumeric, isTextual } from '../../api/format'
import { moment } from '../../formats/moments'
import { heading } from '../../formats/words'
import { nearest, wordsIn } from '../../formats/spelling'
import { quoted, quotedName } from '../../formats/sql'
import { childrenOf, literal, onlyKey, rowAddress } from '../catalog/belonging'
import { panelAddress } from '../dashboards/named-panel'
import { ACTIONS, ANSWERS, PAGES, type Place } from './pages-and-answers'
import { runTitle } from '../lake/run-facts'
import { modelAddress, type ModelEntry, modelTitle } from '../models/queries'
import { askedBy, type KeptQuestion, questionAddress, questionTitle } from '../query/saved-questions'

interface Known {
  contracts: Schemas['ContractSummary'][]
  systems: Schemas['SystemSummary'][]
  questions: Schemas['Question'][]
  /** The questions that the person saved. */
  own?: KeptQuestion[]
  boards: Schemas['Dashboard'][]
  runs: Schemas['RunSummary'][]
  /** The tables of the catalog with their columns. */
  tables?: Schemas['CatalogTable'][]
  models?: ModelEntry[]
  mayRun?: boolean
}

/** Starts a run where it is chosen, and opens its page. */
export const START_RUN: Place = {
  kind: 'action',
  title: 'Start a run',
  href: '',
  words: 'run now begin refresh update trigger',
}

/** Morning has the button beside a run that failed. */
const RETRY: Place = { kind: 'action', title: 'Retry a failed run', href: '#/', words: 'again repeat rerun' }

/** Reads the lake's rows for what was typed: ids, members of filters, items of queues. Statements cost, so they are asked for. */
export const LOOK_IN_ROWS: Place = {
  kind: 'reads tables',
  title: 'Look for it in rows, regions and queues',
  href: '',
}

/** Changes between dark and light where it is chosen. */
export const SWITCH_COLOURS: Place = {
  kind: 'action',
  title: 'Use dark or light colours',
  href: '',
  words: 'mode theme',
}

/** Words of a question that no title needs to have. */
const ASKING = new Set(
  'who whom what which where how should do i we a an the of by in on for per and with my our'.split(' '),
)

const path = encodeURIComponent
export const runPage = (name: string): string => `#/runs/${path(name)}`

/** Everything that has a page, but files, which the API looks up by their names. */
export const places = ({
  contracts,
  systems,
  questions,
  own = [],
  boards,
  runs,
  tables = [],
  models = [],
  mayRun = false,
}: Known): Place[] => [
  ...PAGES,
  ...ACTIONS,
  ...ANSWERS,
  SWITCH_COLOURS,
  ...(mayRun ? [START_RUN, RETRY] : []),
  ...boards.map((board) => ({
    kind: 'dashboard',
    title: board.title,
    href: `#/dashboards/${path(board.system)}`,
    words: [board.system, ...board.panels.map(({ table }) => table)].join(' '),
  })),
  ...boards.flatMap((board) =>
    board.queues.map((queue) => ({
      kind: 'queue',
      title: queue.title,
      href: `#/work/${path(queue.name)}`,
      words: [board.title, queue.table, queue.value_label].join(' '),
      phrases: queue.found_by ?? [],
    })),
  ),
  ...contracts
    .filter((contract) => contract.zone === 'source')
    .map((contract) => ({
      kind: 'dataset',
      title: contract.name,
      href: `#/datasets/${path(contract.name)}`,
      words: contract.description,
    })),
  ...systems.flatMap((system) =>
    system.tables.map((table) => ({
      kind: 'table',
      title: heading(table.name),
      href: tableAddress(system.name, table.name),
      words: table.description,
    })),
  ),
  ...models.map((model) => ({
    kind: 'model',
    title: `Model card: ${modelTitle(model)}`,
    href: modelAddress(model.name),
    words: [model.name, ...model.tables, 'method prediction test limits'].join(' '),
  })),
  ...boards.flatMap((board) =>
    board.panels.map((panel) => ({
      kind: `on the dashboard ${board.title}`,
      title: panel.question,
      href: panelAddress(board.system, panel.name),
      words: [panel.name, panel.table, panel.answer, panel.x, ...panel.y].join(' '),
      phrases: panel.found_by ?? [],
    })),
  ),
  ...questions.map((one) => ({
    kind: 'question',
    title: questionTitle(one.description),
    href: `#/query?question=${path(one.name)}`,
    words: `${one.name} ${one.description}`,
    phrases: one.found_by ?? [],
  })),
  ...own.map((question) => ({
    kind: 'question of mine',
    title: question.name,
    href: `#${questionAddress(askedBy(question))}`,
    words: 'saved',
  })),
  ...tables
    .filter(({ system }) => system)
    .flatMap((table) =>
      columnsOf(table, `column of the table ${heading(table.name)}`, tableAddress(table.system, table.name)),
    ),
  ...tables
    .filter(({ name, system }) => !system && isDataset(contracts, name))
    .flatMap((table) =>
      columnsOf(table, `column of the dataset ${heading(table.name)}`, `#/datasets/${path(table.name)}`),
    ),
  // The API lists the newest run first.
  ...runs.map((run, index) => ({
    kind: 'run',
    title: runTitle(run),
    words: index === 0 ? `${run.name} last latest newest` : run.name,
    href: runPage(run.name),
  })),
]

const isDataset = (contracts: Schemas['ContractSummary'][], name: string): boolean =>
  contracts.some((contract) => contract.zone === 'source' && contract.name === name)

/** The columns of a table, which are found by their headings, names and descriptions, and by their other names in files. */
const columnsOf = (table: Schemas['CatalogTable'], kind: string, href: string): Place[] =>
  table.columns.map((column) => ({
    kind,
    title: column.label || heading(column.name, column.unit),
    href: `${href}?column=${path(column.name)}`,
    words: `${column.name} ${column.description}`,
    // What it refers to is where its other names lead.
    phrases: column.references ? [] : column.aliases,
    isDetail: true,
  }))

/** Names of countries that people type and that are no part of the country's name. */
const SHORT_NAMES: Readonly<Record<string, string[]>> = {
  'United Kingdom': ['uk', 'gb', 'britain', 'england'],
  'United States': ['us', 'usa', 'america'],
  'United Arab Emirates': ['uae'],
  Ireland: ['eire'],
  Netherlands: ['holland'],
}

/** The members of what a dashboard filters by, such as its regions, each with its page under that filter. */
export const placesOfMembers = (
  board: Pick<Schemas['Dashboard'], 'system' | 'title'> & { panels?: Schemas['Dashboard']['panels'] },
  filter: Pick<Schemas['DashboardFilter'], 'name' | 'label' | 'column'>,
  members: string[],
): Place[] =>
  members.map((member) => ({
    kind: `${filter.label.toLowerCase()}, ${board.title}`,
    title: cellWords(filter.column, member),
    words: [member, ...(SHORT_NAMES[cellWords(filter.column, member)] ?? [])].join(' '),
    // Also by the words that the domain states for its panels, such as another one for revenue.
    context: (board.panels ?? [])
      .map(({ question, answer, found_by = [] }) => [question, answer, ...found_by].join(' '))
      .join(' '),
    href: `#/dashboards/${path(board.system)}?${path(filter.name)}=${path(member)}`,
  }))

/** The items of a work queue by their subjects, each with the queue, which lists it. */
export function placesOfItems(
  queue: Pick<Schemas['WorkQueue'], 'name' | 'title'>,
  { columns, rows }: { columns: { name: string }[]; rows: Cell[][] },
): Place[] {
  const at = columns.findIndex(({ name }) => name === 'subject')
  const href = `#/work/${path(queue.name)}`
  return rows.map((row) => ({ kind: `in the queue ${queue.title}`, title: String(row[at] ?? ''), href }))
}

/** Files by their keys, each once: the newest of those with its key, and how many there are. */
export function placesOfFiles(
  files: Pick<Schemas['FileSummary'], 'file_id' | 'key' | 'received_at'>[],
): Place[] {
  return [...new Set(files.map(({ key }) => key))].flatMap((key) => {
    const sent = files.filter((file) => file.key === key)
    const [newest] = sent.toSorted((one, other) => other.received_at.localeCompare(one.received_at))
    if (!newest) return []
    const many = sent.length > 1 ? `, the newest of ${sent.length}` : ''
    return {
      kind: `file of ${moment(newest.received_at)}${many}`,
      title: key,
      href: `#/files/${path(newest.file_id)}`,
    }
  })
}

/** The most results of a search. */
export const MAX_SHOWN = 15

/** The most rows that are listed by their names. */
const MOST_NAMED = 6

/** The columns with the name of a row that a dataset has beside its only key; none with names of people. */
const named = (tables: Schemas['CatalogTable'][]) =>
  tables.flatMap((table) => {
    const key = onlyKey(table)
    const name = table.columns.find(
      (column) => column.name.endsWith('_name') && isTextual(column.type) && !column.personal,
    )
    return key && name && key !== name ? [{ table, key, name }] : []
  })

/** The statement that finds rows by their names, which have every typed word; empty where no dataset has names. */
export const statementOfNames = (tables: Schemas['CatalogTable'][], typed: string): string => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return named(tables)
    .map(({ table, key, name }) => {
      const has = words
        .map((word) => `strpos(lower(${quotedName(name.name)}), ${quoted(word)}) > 0`)
        .join(' AND ')
      return `(SELECT ${quoted(table.name)} AS dataset, CAST(${quotedName(key.name)} AS varchar) AS id, ${quotedName(name.name)} AS name FROM ${table.database}.${table.name} WHERE ${has} ORDER BY length(${quotedName(name.name)}), 2 LIMIT ${MOST_NAMED})`
    })
    .join('\nUNION ALL\n')
}

/** The rows that such a statement found, each with its page. */
export const placesOfNames = ({ rows }: { rows: Cell[][] }): Place[] =>
  rows.map(([dataset, id, name]) => ({
    kind: `in ${heading(String(dataset)).toLowerCase()}, ${String(id)}`,
    title: String(name),
    href: rowAddress(String(dataset), String(id)),
  }))

const AN_ID = /^[\w-]*\d[\w-]*$/
const A_NUMBER = /^\d+$/
const MIN_ID = 4
/** A year, month or day, with or without hyphens. */
const A_DATE =
  /^(?:19|20)\d{2}(?:-\d{1,2}(?:-\d{1,2})?|-?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))?$|^(?:19|20)\d{2}-?[qw]\d{1,2}$|^\d{1,2}-\d{1,2}-(?:19|20)\d{2}$/i
/** Numbers of cards have 12 to 19 digits, those of social security three parts: the API refuses a statement with one. */
const IS_REFUSED = /^\d(?:[-_]?\d){11,18}$|^\d{3}-\d{2}-\d{4}$/

/** Whether nothing but an id is written so, such as 536009: its row is looked up without being asked for. */
export const isAnId = (typed: string): boolean =>
  typed.length >= MIN_ID && AN_ID.test(typed) && !A_DATE.test(typed) && !IS_REFUSED.test(typed)

/** The id among typed words, such as that of `order 536009`; empty where other words have digits, too. */
export function idIn(typed: string): string {
  const words = typed.split(/\s+/).filter(Boolean)
  const [id, ...others] = words.filter((word) => /\d/.test(word))
  return id !== undefined && others.length === 0 && isAnId(id) ? id : ''
}

/** Words that names of rows may have: digits may be a number that no statement may have. */
export const mayBeName = (typed: string): boolean => !/\d/.test(typed)

/** A row that may have what was typed as its id, and its dataset. */
export interface RowPlace extends Place {
  dataset: string
}

/** The rows of datasets that may have what was typed as their id, which a statement has to confirm; first those that a word beside the id names, then those to which most other datasets' rows belong. */
export function placesOfRows(
  tables: Schemas['CatalogTable'][],
  typed: string,
  beside: readonly string[] = [],
): RowPlace[] {
  const isNamed = ({ dataset }: RowPlace): boolean =>
    beside.some((word) => dataset.startsWith(word.toLowerCase()))
  return keyed(tables, typed)
    .map(({ table, key }) => ({
      kind: 'row with this id',
      title: `${heading(key.name)} ${typed}`,
      href: rowAddress(table.name, typed),
      // A word beside the id is another one for the dataset, such as article for product.
      words: beside.join(' '),
      dataset: table.name,
    }))
    .sort((one, other) => Number(isNamed(other)) - Number(isNamed(one)))
}

/** The statement that says which of these rows there are; empty where none may have the id. */
export const statementOfRows = (tables: Schemas['CatalogTable'][], typed: string): string =>
  keyed(tables, typed)
    .map(({ table, key }) => {
      const from = `FROM ${table.database}.${table.name}`
      return `SELECT ${quoted(table.name)} AS dataset ${from} WHERE ${quotedName(key.name)} = ${literal(key, typed) ?? 'NULL'}`
    })
    .join('\nUNION ALL\n')

function keyed(tables: Schemas['CatalogTable'][], typed: string) {
  if (!AN_ID.test(typed)) return []
  const able = tables.flatMap((table) => {
    const key = onlyKey(table)
    const isId = key && (isTextual(key.type) || (isNumeric(key.type) && A_NUMBER.test(typed)))
    return isId ? [{ table, key, children: childrenOf(tables, table).length }] : []
  })
  return [...able].sort((one, other) => other.children - one.children)
}

const MAX_MATCHING = 12

const textOf = (place: Place): string =>
  [place.title, place.kind, place.words ?? '', ...(place.phrases ?? [])]
    .join(' ')
    .toLowerCase()
    .replaceAll('_', ' ')

/** The typed words, without those of a question that no title needs to have. */
function wordsOf(typed: string): string[] {
  const typedWords = typed
    .toLowerCase()
    .split(/[\s?]+/)
    .filter(Boolean)
  const said = typedWords.filter((word) => !ASKING.has(word))
  return (said.length > 0 ? said : typedWords).map((word) => word.replaceAll('_', ' '))
}

/** Whether a place has every typed word, its surroundings included. */
export const hasAllWords = (place: Place, typed: string): boolean => {
  const text = `${textOf(place)} ${(place.context ?? '').toLowerCase()}`
  return wordsOf(typed).every((word) => text.includes(word))
}

/** A word of so many letters that no page has may name a member of a filter, such as a region. */
const MIN_MEMBER = 4

/** Whether words were typed that no place has together: one may be a member of a filter, such as a region. */
export function mayNameMember(all: Place[], typed: string): boolean {
  const words = wordsOf(typed)
  const isLong = words.length > 1 || (words[0] ?? '').length >= MIN_MEMBER
  return isLong && !all.some((place) => hasAllWords(place, typed))
}

/** A word of up to so many letters, such as `uk`, is a part of many others: it is matched as a whole. */
const MAX_WHOLE_WORD = 2

/** How many of the words begin a word of the place; 0 where its own words have none of them. */
function wordsAlike(place: Place, words: string[]): number {
  const tokens = (text: string): string[] => text.split(/[^\p{L}\p{N}]+/u)
  const own = tokens(textOf(place))
  const around = tokens((place.context ?? '').toLowerCase())
  const isIn = (word: string, all: string[]): boolean =>
    all.some((token) => (word.length <= MAX_WHOLE_WORD ? token === word : token.startsWith(word)))
  if (!words.some((word) => isIn(word, own))) return 0
  return words.filter((word) => isIn(word, own) || isIn(word, around)).length
}

/** The places that have every word that was typed, titles that begin with them first. Where none has all, the places that have some, those with most of them first; where none has any, those of words that are spelt alike. */
export function matching(all: Place[], typed: string): Place[] {
  const words = wordsOf(typed)
  const places = fitting(all, words)
  return places.length > 0 ? places : fitting(all, respelt(all, words))
}

function fitting(all: Place[], words: string[]): Place[] {
  if (words.length === 0) return []
  const inTitle = ({ title }: Place): number => {
    const text = title.toLowerCase().replaceAll('_', ' ')
    if (text.startsWith(words[0] ?? '')) return 0
    return words.every((word) => text.includes(word)) ? 1 : 2
  }
  const said = words.join(' ')
  // A phrase with exactly these words comes first, then one that begins with them.
  const inPhrase = ({ phrases = [] }: Place): number => {
    const inWords = phrases.map((phrase) => wordsOf(phrase).join(' '))
    return inWords.includes(said) ? 0 : inWords.some((phrase) => phrase.startsWith(said)) ? 1 : 2
  }
  const fits = all.filter((place) => words.every((word) => textOf(place).includes(word)))
  if (fits.length > 0)
    return withoutDoubles(
      fits.toSorted(
        (one, other) =>
          Number(one.isDetail ?? false) - Number(other.isDetail ?? false) ||
          inPhrase(one) - inPhrase(other) ||
          inTitle(one) - inTitle(other),
      ),
    ).slice(0, MAX_MATCHING)
  return all
    .map((place) => ({ place, alike: wordsAlike(place, words) }))
    .filter(({ alike }) => alike > 0)
    .sort(
      (one, other) =>
        other.alike - one.alike ||
        Number(one.place.isDetail ?? false) - Number(other.place.isDetail ?? false) ||
        inTitle(one.place) - inTitle(other.place),
    )
    .map(({ place }) => place)
    .slice(0, MAX_MATCHING)
}

/** Places that read alike and lead to the same page are one, such as two columns with one heading. */
function withoutDoubles(places: Place[]): Place[] {
  const seen = new Set<string>()
  return places.filter(({ kind, title, href }) => {
    const read = `${kind}\n${title}\n${href.replace(/\?column=.*/, '')}`
    const isNew = !seen.has(read)
    seen.add(read)
    return isNew
  })
}

/** The words, each replaced by the word of the places that is spelt most like it. */
const respelt = (all: Place[], words: string[]): string[] => {
  const spelt = wordsIn(all.map(textOf))
  return words.flatMap((word) => nearest(word, spelt) ?? [])
}

const MAX_RECENT = 5

/** What an empty field shows: the pages that were opened last, then the first question of each dashboard, its queues, and what can be done. */
export function firstPlaces(recent: Place[], boards: Schemas['Dashboard'][], every: Place[]): Place[] {
  // The newest page is the one that is open.
  const opened = recent.slice(1, MAX_RECENT + 1)
  const asked = boards.flatMap((board) =>
    every.filter(({ href }) =>
      [
        ...board.panels.slice(0, 1).map(({ name }) => panelAddress(board.system, name)),
        ...board.queues.map(({ name }) => `#/work/${path(name)}`),
      ].includes(href),
    ),
  )
  const seen = new Set(opened.map(({ href }) => href))
  return [...opened, ...[...asked, ...ACTIONS].filter(({ href }) => !seen.has(href))].slice(0, MAX_SHOWN)
}
