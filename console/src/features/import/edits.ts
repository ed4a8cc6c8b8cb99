import type { Schemas } from '../../api/client'

export type Step = Schemas['ColumnStep']
/** How the file writes a field, in the keys of the contract's `headgate.format`. */
export type Format = Schemas['UploadEdits']['formats'][string]
/** Source row → column → typed text; null empties the cell. */
export type Cells = Record<string, Record<string, string | null>>

/** What a person decided about a file before its commit. */
export interface Edits {
  dataset: string
  columns: Record<string, string | null>
  formats: Record<string, Format>
  steps: Step[]
  cells: Cells
  part: string
  /** Rows that are not committed. */
  left_out: number[]
  /** Field → currencies of its amounts that are taken as they are. */
  currencies: Record<string, string[]>
  /** Whether a person decided that the rows are of no dataset, whatever is remembered for their header. */
  no_dataset: boolean
  /** Of a text that is not UTF-8, as a person chose it; empty for the guessed one. */
  encoding: Schemas['UploadEdits']['encoding']
  /** The line or the row of a sheet that a person chose as the header; 0 for the one that the file shows. */
  header_row: number
}

export const NO_EDITS: Edits = {
  dataset: '',
  columns: {},
  formats: {},
  steps: [],
  cells: {},
  part: '',
  left_out: [],
  currencies: {},
  no_dataset: false,
  encoding: '',
  header_row: 0,
}

/** Decisions about a checked file. */
export interface Deciding {
  result: Schemas['DryRun']
  edits: Edits
  onChange: (next: Edits) => void
}

/** The edits as the API takes them. */
export function asRequest(edits: Edits): Schemas['UploadEdits'] {
  const cells = Object.entries(edits.cells).flatMap(([row, texts]) =>
    Object.entries(texts).map(([column, text]) => ({
      row: Number(row),
      column,
      text,
    })),
  )
  return { ...edits, cells }
}

/** The edits that the API keeps of an upload. */
export function ofAnswer(kept: Schemas['UploadEdits']): Edits {
  const cells: Cells = {}
  for (const { row, column, text } of kept.cells) cells[row] = { ...cells[row], [column]: text }
  return { ...kept, cells }
}

/**
 * Decide the dataset of the rows: what was decided of the columns was about another one, and so were the columns that
 * steps made as its fields.
 */
export const withDataset = (edits: Edits, dataset: string): Edits => ({
  ...edits,
  dataset,
  no_dataset: dataset === '',
  columns: {},
  formats: {},
  currencies: {},
  steps: edits.steps.filter((step) => !isMadeAsField(step, edits)),
})

/** Whether a step makes the column of a field that the file has no column for. */
const isMadeAsField = ({ kind, column }: Step, { columns }: Edits): boolean =>
  kind === 'join' || kind === 'lake' || (kind === 'default' && columns[column] === column)

/** The columns that a column is joined from: they are in the lake as a part of it. */
export const joinedColumns = ({ steps, columns }: Edits): string[] =>
  steps.flatMap(({ kind, column, into }) => (kind === 'join' && columns[column] ? into : []))

/**
 * The columns among names that are no field: left out by a person, and no part of a joined column. Of a column that was
 * split into a field, the other parts are.
 */
export function leftOutColumns(edits: Edits, names: string[]): string[] {
  const used = new Set([
    ...joinedColumns(edits),
    ...Object.keys(edits.columns).filter((name) => edits.columns[name]),
  ])
  const left = (name: string, steps: Step[]): string[] => {
    if (used.has(name)) return []
    const at = steps.findIndex((step) => step.kind === 'split' && step.column === name)
    const parts = steps[at]?.into ?? []
    const below = parts.flatMap((part) => left(part, steps.slice(at + 1)))
    return parts.every((part) => below.includes(part)) ? [name] : below
  }
  const made = new Set(edits.steps.flatMap((step) => (step.kind === 'split' ? step.into : [])))
  return names
    .filter((name) => edits.columns[name] === null && !made.has(name))
    .flatMap((name) => left(name, edits.steps))
}

/** Choose the sheet, the member or the list of records: what was decided was about another one. */
export const withPart = (edits: Edits, part: string): Edits => ({
  ...NO_EDITS,
  dataset: edits.dataset,
  encoding: edits.encoding,
  part,
})

/** Choose the encoding of a text: what was decided of the columns was about other names and values. */
export const withEncoding = (edits: Edits, encoding: string): Edits => ({
  ...NO_EDITS,
  dataset: edits.dataset,
  no_dataset: edits.no_dataset,
  part: edits.part,
  encoding: encoding as Edits['encoding'],
})

/** Choose the header: what was decided of the columns was about other names and rows. */
export const withHeaderRow = (edits: Edits, header_row: number): Edits => ({
  ...withEncoding(edits, edits.encoding),
  header_row,
})

/** Leave a row out of the commit, or take it back in. */
export const withRow = (edits: Edits, row: number, isLeftOut: boolean): Edits => ({
  ...edits,
  left_out: [...edits.left_out.filter((one) => one !== row), ...(isLeftOut ? [row] : [])],
})

/** Move the cells of a row to the right by one, from a column on; the cell there becomes empty. */
export function withMoved(
  edits: Edits,
  row: number,
  columns: string[],
  texts: (string | null)[],
  from: number,
): Edits {
  const moved = columns.slice(from).map((name, place) => [name, place === 0 ? null : texts[from + place - 1]])
  return {
    ...edits,
    cells: {
      ...edits.cells,
      [row]: { ...edits.cells[row], ...Object.fromEntries(moved) },
    },
  }
}

/** Decide a column's field: a field has one column, so two columns never go silently into one field. */
export function withField(edits: Edits, column: string, field: string | null | undefined): Edits {
  const others = Object.entries(edits.columns).filter(
    ([name, taken]) => name !== column && (taken === null || taken !== field),
  )
  const columns = Object.fromEntries(field === undefined ? others : [...others, [column, field]])
  const fields = new Set(Object.values(columns))
  const formats = Object.fromEntries(Object.entries(edits.formats).filter(([name]) => fields.has(name)))
  return { ...edits, columns, formats }
}

/** Columns that are neither a field nor left out, where a person has begun to decide. */
export function undecided(edits: Edits, columns: string[]): string[] {
  return columns.filter((name) => edits.columns[name] === undefined)
}

/** Leave out every column that is not decided. */
export function leaveOutOthers(edits: Edits, columns: string[]): Edits {
  const others = Object.fromEntries(undecided(edits, columns).map((name) => [name, null]))
  return { ...edits, columns: { ...edits.columns, ...others } }
}

/** The fields that copy the column of a field: their values are written in the same way. */
function copiesOf({ columns, steps }: Edits, field: string): string[] {
  const isCopy = ({ kind, into }: Step): boolean =>
    kind === 'join' && into.length === 1 && columns[into[0] ?? ''] === field
  return steps.filter(isCopy).flatMap(({ column }) => columns[column] ?? [])
}

/** Whether a format says how values are spelled, and not only the zone of times. */
export const hasSpelling = (format: Format | undefined): boolean =>
  Object.keys(format ?? {}).some((key) => key !== 'timezone')

/** Decide how a field and its copies are written; no keys are the plain spelling. Times keep their zone. */
export function withFormat(edits: Edits, field: string, format: Format): Edits {
  const zone = edits.formats[field]?.timezone
  return withExactFormat(edits, field, zone ? { timezone: zone, ...format } : format)
}

/** Decide the zone of times without one; empty for that of the field. */
export function withZone(edits: Edits, field: string, zone: string): Edits {
  const spelling = Object.entries(edits.formats[field] ?? {}).filter(([key]) => key !== 'timezone')
  return withExactFormat(edits, field, {
    ...Object.fromEntries(spelling),
    ...(zone ? { timezone: zone } : {}),
  })
}

function withExactFormat(edits: Edits, field: string, format: Format): Edits {
  const fields = [field, ...copiesOf(edits, field)]
  const others = Object.entries(edits.formats).filter(([name]) => !fields.includes(name))
  const own = Object.keys(format).length > 0 ? fields.map((name) => [name, format] as const) : []
  return { ...edits, formats: Object.fromEntries([...others, ...own]) }
}

const ABOVE: Step['kind'][] = ['map', 'replace', 'default', 'split']

/** Whether a step is listed above the column that it changes. */
export const isAbove = ({ kind, column }: Step, name: string): boolean =>
  column === name && ABOVE.includes(kind)

/** Replace a step by another one, or take it out. */
export const withChanged = (edits: Edits, step: Step, next: Step | undefined): Edits => ({
  ...edits,
  steps: edits.steps.flatMap((other) => (other === step ? (next ? [next] : []) : [other])),
})

/** Add a step; of two defaults for one column the newer one counts. */
export function withStep(edits: Edits, step: Step): Edits {
  const others = edits.steps.filter(
    (other) => !(step.kind === 'default' && other.kind === 'default' && other.column === step.column),
  )
  return { ...edits, steps: [...others, step] }
}

/** The step by which all of these words of a column become one text, or empty. */
export const mapOfWords = (column: string, words: string[], text: string): Step => ({
  kind: 'map',
  column,
  text: '',
  search: '',
  values: Object.fromEntries(words.map((word) => [word, text])),
  into: [],
})

/** 0 as a column writes it: percentages have their sign. */
export const zeroOf = (percent: unknown): string => (percent ? '0%' : '0')

/** Add a proposed step; a column that it makes is the field. */
export function withProposed(
  edits: Edits,
  { field, step }: Schemas['ProposedStep'],
  columns: string[],
): Edits {
  const next = withStep(edits, step)
  return columns.includes(step.column) ? next : withField(next, step.column, field)
}

/** Whether decisions have this step, with the same content. */
export const isStepOf = (step: Step, edits: Edits | undefined): boolean =>
  (edits?.steps ?? []).some((other) => stepKey(other) === stepKey(step))

const stepKey = ({ kind, column, text, search, values, into }: Step): string =>
  JSON.stringify([kind, column, text, search, Object.entries(values).sort(), into])

/** Whether the decisions about columns are equal; cells and rows are those of one file. */
export function isSameColumnWork(one: Edits, other: Edits): boolean {
  const [left, right] = [one, other].map(({ columns, formats, steps, currencies }) =>
    JSON.stringify([
      ...[columns, formats, currencies].map((decided) => Object.entries(decided).sort()),
      steps.map(stepKey),
    ]),
  )
  return left === right
}

/** Take a step back; a column that it made is no field. */
export function withoutStep(edits: Edits, step: Step, columns: string[]): Edits {
  const made = madeColumns({ ...edits, steps: [step] }, columns)
  const next = {
    ...edits,
    steps: edits.steps.filter((other) => other !== step),
  }
  return made.reduce((now, name) => withField(now, name, undefined), next)
}

/** Fill a field that no column of the file is with one value for all rows. */
export function withDefault(edits: Edits, field: string, text: string): Edits {
  return withField(
    withStep(edits, {
      kind: 'default',
      column: field,
      text,
      search: '',
      values: {},
      into: [],
    }),
    field,
    field,
  )
}

/** Fill a field that no column of the file is with the values of a column that is another field. */
export function withCopy(edits: Edits, field: string, column: string): Edits {
  const step: Step = { kind: 'join', column: field, text: '', search: '', values: {}, into: [column] }
  const format = edits.formats[edits.columns[column] ?? '']
  const next = withField(withStep(edits, step), field, field)
  return format ? withFormat(next, field, format) : next
}

/** Leave fields that no column of the file is to the lake: each row keeps the values of its key. */
export const withLakeValues = (edits: Edits, fields: string[]): Edits =>
  fields.reduce((next, field) => {
    const step: Step = { kind: 'lake', column: field, text: '', search: '', values: {}, into: [] }
    return withField(withStep(next, step), field, field)
  }, edits)

/** Take back which fields keep the values of the lake. */
export function withoutLakeValues(edits: Edits): Edits {
  const isKept = ({ kind }: Step) => kind === 'lake'
  const steps = edits.steps.filter((step) => !isKept(step))
  return edits.steps
    .filter(isKept)
    .reduce((next, { column }) => withField(next, column, undefined), { ...edits, steps })
}

/** Type texts into a column, one below the other from a row on. */
export function withTexts(edits: Edits, column: string, rows: number[], texts: (string | null)[]): Edits {
  const cells = { ...edits.cells }
  rows.slice(0, texts.length).forEach((row, place) => {
    cells[row] = { ...cells[row], [column]: texts[place] ?? null }
  })
  return { ...edits, cells }
}

/** The column's lines of a text that was copied in a spreadsheet. */
export function pastedColumn(text: string): string[] {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n')
  return lines.map((line) => line.split('\t')[0] ?? '')
}

export const typedCells = (edits: Edits): number =>
  Object.values(edits.cells).reduce((sum, texts) => sum + Object.keys(texts).length, 0)

/** Edits with the way back and forth. */
export interface History {
  past: Edits[]
  now: Edits
  future: Edits[]
}

export const begun = (now: Edits): History => ({ past: [], now, future: [] })

export const changed = ({ past, now }: History, next: Edits): History => ({
  past: [...past.slice(-99), now],
  now: next,
  future: [],
})

export function undone({ past, now, future }: History): History {
  const before = past.at(-1)
  return before ? { past: past.slice(0, -1), now: before, future: [now, ...future] } : { past, now, future }
}

export function redone({ past, now, future }: History): History {
  const [next, ...rest] = future
  return next ? { past: [...past, now], now: next, future: rest } : { past, now, future }
}

/** The columns that steps add to those of the file. */
export function madeColumns(edits: Edits, columns: string[]): string[] {
  const made = edits.steps.flatMap((step) =>
    step.kind === 'split' ? step.into : ['default', 'join'].includes(step.kind) ? [step.column] : [],
  )
  return [...new Set(made)].filter((name) => !columns.includes(name))
}
